"""English, the language that all others are translations of: a sentence for each key."""

SENTENCES = {
    # still picture
    "title": "Computation graph of {roots}",
    "title_empty": "Empty computation graph",
    "description": "Number of nodes: {nodes}; of these are operations: {operations}.",
    "description_parameters": "Parameters: {names}.",
    "not_yet": "not yet",
    "arises_here": "{problem} arises here",
    "description_problem": "{problem} arises in {name}.",
    "empty": "empty",
    "legend_negative": "negative",
    "legend_positive": "positive, each matrix on its own scale",
    "legend_not_finite": "NaN or ∞",
    "too_many": "This graph has {nodes} nodes; up to {most} are drawn.",
    "too_many_hint": "Draw a smaller part: an earlier result, or fewer repetitions.",
    # a program
    "program_title": "Program {name}, its source and its computation graph",
    "program_more": "… and {count} more lines: print(program.source)",
    "line_takes": "Line {line} takes {names}.",
    "line_forward": "Line {line} computes {names}.",
    "line_backward": "Line {line} computes the gradient of {names}.",
    "line_update": "Line {line} moves {names}.",
    "line_to_backward": "Line {line} prepares the gradient of {names}.",
    "line_to_update": "Line {line} prepares the move of {names}.",
    "line_gives": "Line {line} gives {names}.",
    "node_line": "{name}: line {lines}.",
    "node_lines": "{name}: lines {lines}.",
    "passes_readable": "made readable",
    "passes_fast": "made fast",
    # table
    "column_name": "name",
    "column_how": "computed as",
    "column_shape": "shape",
    "column_value": "value",
    "column_gradient": "gradient",
    "more_rows": "… and {count} more nodes",
    # moving picture
    "played_title": "Backward pass of {root}, {count} steps",
    "played_description": "The gradient flows from {root} back to its inputs, one operation a step. Last step: {last}",
    "step": "step {number} of {count}",
    "start": "start",
    "first_to_arrive": "first of {count} to arrive",
    "adds_up": "{index} of {count}: adds up",
    "so_far": "so far",
    "part_of": "a part of",
    "average_size": "average size",
    "case_if": "if",
    "case_where": "where",
    "case_otherwise": "otherwise",
    # equations in words, one step of the backward pass each
    "seed": "The backward pass starts here: when {root} changes by a little, {root} changes by just as much.",
    "sigmoid": "Sigmoid passes on {share} of the gradient that reaches it; at most it could pass 25%.",
    "sigmoid_array": "Sigmoid passes on {low} to {high} of the gradient, each element its own share; "
    "at most it could pass 25%.",
    "tanh": "Tanh passes on {share} of the gradient that reaches it; at most it could pass all of it.",
    "tanh_array": "Tanh passes on {low} to {high} of the gradient, each element its own share.",
    "relu_open": "ReLU is open here: the gradient passes unchanged.",
    "relu_shut": "ReLU is shut here, its input is not positive: nothing passes.",
    "relu_array": "ReLU is open for {share} of the elements and lets their gradient pass; elsewhere nothing passes.",
    "unchanged": "An addition hands the gradient on unchanged.",
    "unchanged_difference": "A difference hands the gradient on unchanged to what stands first.",
    "turned": "What is taken away gets the gradient with its sign turned.",
    "linear_input": "The gradient goes back through the same weights, transposed.",
    "linear_weight": "Each weight gathers what its input carried times the gradient that arrived, "
    "summed over all rows.",
    "linear_bias": "The bias was added to every row, so the gradients of all rows add up.",
    "linear_scalar_input": "The input's gradient is what arrived times the weight.",
    "linear_scalar_weight": "The weight's gradient is what arrived times the input that it multiplied.",
    "linear_scalar_bias": "The bias was simply added, so what arrived goes on unchanged.",
    "mse_array": "Each element's slope is twice its error, divided by how many there are: "
    "the furthest off is pulled hardest.",
    "sum_array": "Every element counts in a sum alike: each gets the same gradient.",
    "mean_array": "A mean shares the gradient out evenly among its elements.",
    "grows": "{start} {target} grows by a little, {source} grows {factor} times as much.",
    "shrinks": "{start} {target} grows by a little, {source} shrinks {factor} times as much.",
    "as_little": "{start} {target} grows by a little, {source} shrinks by just as much.",
    "as_much": "{start} {target} grows by a little, {source} grows by just as much.",
    "flat": "A small change of {target} changes nothing in {source}: the slope is zero here.",
    "if": "If",
    "if_along": "Along this edge alone, if",
    "copies": "{target} was copied to fit, so what arrives at its copies adds up.",
    "hands_on": "{source} hands {target} its share of the gradient.",
    "first_sentence": "{target} is used {count} times; this is the first of its gradients to arrive.",
    "later_sentence": "Gradients that arrive at the same place add up.",
    "not_a_number": "There is NaN or ∞ in this gradient: from here on it spreads.",
    # pictures on several levels: groups, folds, single numbers
    # what may be chosen of a picture, and two runs beside each other
    # exports
    # the player: phases, facts about nodes and edges, paths, quiz, orders
    # the player's page: stage and controls
    "ui_play": "Play",
    "ui_pause": "Pause",
    # the player's page: panels
}

# What operations are called in captions, where that is not simply their name.
OPERATIONS = {"mse_loss": "mean squared error", "matmul": "matrix product", "getitem": "take elements"}
