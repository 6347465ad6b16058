"""Which column each node stands in: edges point forward and their total length is the least possible.

Plain topological generations would put every weight of a network in column 0, far from its use. The least total
edge length puts each leaf right beside its consumer. It is a linear program whose dual is a flow of least cost:

    minimise  Σ weight · (rank[v] − rank[u])      subject to  rank[v] − rank[u] ≥ 1  for every edge u → v

Each edge that carries flow in the dual's solution has length exactly 1, and that fixes the ranks.
Source of the formulation: E. Gansner, E. Koutsofios, S. North, K.-P. Vo, "A technique for drawing directed
graphs", IEEE Transactions on Software Engineering 19(3), 1993, section 2.
"""

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Sequence

import networkx as nx

Edge = tuple[int, int]
MANY_USES = 32  # the edges of a value that is used more often run together, so their length counts less


def without_cycles(count: int, edges: Iterable[Edge]) -> dict[Edge, int]:
    """Weights of the forward edges of a graph on nodes 0..count-1: loops dropped, cycles broken, twins merged.

    A depth-first walk in creation order turns round each edge that closes a cycle. An engine's graph has none.

    >>> without_cycles(3, [(0, 1), (0, 1), (1, 2), (2, 0), (2, 2)])
    {(0, 1): 2, (1, 2): 1, (0, 2): 1}
    """
    edges = [edge for edge in edges if edge[0] != edge[1]]
    successors: list[list[int]] = [[] for _ in range(count)]
    for u, v in edges:
        successors[u].append(v)
    closing = _closing_edges(successors)
    weights: dict[Edge, int] = {}
    for u, v in edges:
        edge = (v, u) if (u, v) in closing else (u, v)
        weights[edge] = weights.get(edge, 0) + 1
    return weights


def _closing_edges(successors: Sequence[Sequence[int]]) -> dict[Edge, None]:
    """Edges that lead back into the path a depth-first walk is on."""
    unseen, on_path, done = 0, 1, 2
    state = [unseen] * len(successors)
    closing: dict[Edge, None] = {}
    for start in range(len(successors)):
        if state[start] != unseen:
            continue
        state[start] = on_path
        path = [(start, iter(successors[start]))]
        while path:
            u, rest = path[-1]
            for v in rest:
                if state[v] == on_path:
                    closing[u, v] = None
                elif state[v] == unseen:
                    state[v] = on_path
                    path.append((v, iter(successors[v])))
                    break
            else:
                state[u] = done
                path.pop()
    return closing


def ranks(count: int, weights: dict[Edge, int]) -> list[int]:
    """Rank of each node of a connected graph without cycles, so that the weighted edge length is least.

    >>> ranks(4, {(0, 1): 1, (1, 2): 1, (3, 2): 1})  # 3 is a leaf: it stands beside its consumer, not in column 0
    [0, 1, 2, 1]
    """
    weights = _lighter_where_shared(weights)
    core = _without_twigs(count, weights)
    demand = [0] * count
    for u, v in core:
        demand[u] -= weights[u, v]
        demand[v] += weights[u, v]
    flow_graph = nx.DiGraph()
    flow_graph.add_nodes_from((v, {"demand": demand[v]}) for v in dict.fromkeys(itertools.chain(*core)))
    flow_graph.add_edges_from((u, v, {"weight": -1}) for u, v in core)
    flow = nx.network_simplex(flow_graph)[1] if core else {}
    tight = [(u, v) not in core or flow[u][v] > 0 for u, v in weights]
    return _balanced(_ranks_of_flow(count, weights, tight), weights)


def _lighter_where_shared(weights: dict[Edge, int]) -> dict[Edge, int]:
    """The weights, twice as large but for the edges of values with very many uses.

    So what is computed from such a value and something else stands beside its own use, not beside the value.
    """
    uses = Counter(u for u, _ in weights)
    if max(uses.values(), default=0) <= MANY_USES:
        return weights
    return {(u, v): weight if uses[u] > MANY_USES else 2 * weight for (u, v), weight in weights.items()}


def _without_twigs(count: int, weights: dict[Edge, int]) -> dict[Edge, None]:
    """The edges left when nodes with a single neighbour have been taken off, again and again.

    An edge to such a node has length 1 in the best ranks, whatever the others are; most leaves are such nodes.
    """
    around: list[dict[int, Edge]] = [{} for _ in range(count)]
    for u, v in weights:
        around[u][v] = around[v][u] = (u, v)
    core = dict.fromkeys(weights)
    twigs = [node for node in range(count) if len(around[node]) == 1]
    for node in twigs:
        if around[node]:
            other, edge = around[node].popitem()
            del core[edge], around[other][node]
            if len(around[other]) == 1:
                twigs.append(other)
    return core


def _ranks_of_flow(count: int, weights: dict[Edge, int], tight: Iterable[bool]) -> list[int]:
    """The earliest ranks from 0 on in which every edge is long enough and the tight ones have length 1."""
    limits: list[list[tuple[int, int]]] = [[] for _ in range(count)]  # of w: (u, d) says rank[u] >= rank[w] + d
    for (u, v), exact in zip(weights, tight, strict=True):
        limits[u].append((v, 1))
        if exact:
            limits[v].append((u, -1))
    rank = [0] * count
    waiting = deque(range(count))
    queued = [True] * count
    while waiting:
        w = waiting.popleft()
        queued[w] = False
        for u, distance in limits[w]:
            if rank[u] < rank[w] + distance:
                rank[u] = rank[w] + distance
                if not queued[u]:
                    queued[u] = True
                    waiting.append(u)
    return rank


def _balanced(rank: list[int], weights: dict[Edge, int]) -> list[int]:
    """Nodes pulled equally to both sides stand in the emptiest column they may: less to cross, the same length."""
    pull = [0] * len(rank)
    for (u, v), weight in weights.items():
        pull[u] += weight
        pull[v] -= weight
    crowd = [0] * (max(rank, default=0) + 1)
    for column in rank:
        crowd[column] += 1
    around: list[list[int]] = [[] for _ in rank]
    for u, v in weights:
        around[u].append(v)
        around[v].append(u)
    for node, others in enumerate(around):
        if pull[node] or not others:
            continue
        earliest = max(rank[other] for other in others if rank[other] < rank[node]) + 1
        latest = min(rank[other] for other in others if rank[other] > rank[node]) - 1
        crowd[rank[node]] -= 1
        rank[node] = min(range(earliest, latest + 1), key=lambda column: (crowd[column], column))
        crowd[rank[node]] += 1
    return rank
