// Where things of a surface lie on the screen, and what hides what. No page needed.
//
// The box spans -1 to 1 along both features and -TALL to TALL in height. The view is orthographic: turned by the
// azimuth about the vertical, tilted by the elevation.

export const TALL = 0.62;
const LOWEST_ELEVATION = 4;
const HIGHEST_ELEVATION = 90;
const CLOSEST = 6;
const FARTHEST = 0.5;
const RADIANS = Math.PI / 180;

/** A camera with its angles (degrees) and zoom kept in their ranges. */
export function cameraOf({ azimuth, elevation, zoom }) {
  return {
    azimuth: ((((azimuth + 180) % 360) + 360) % 360) - 180,
    elevation: Math.min(HIGHEST_ELEVATION, Math.max(LOWEST_ELEVATION, elevation)),
    zoom: Math.min(CLOSEST, Math.max(FARTHEST, zoom)),
  };
}

/** `(u, v, w) -> {x, y, near}`: to the right, downwards, and towards the eye, in units of the box. */
export function projector({ azimuth, elevation }) {
  const [sinA, cosA] = [Math.sin(azimuth * RADIANS), Math.cos(azimuth * RADIANS)];
  const [sinE, cosE] = [Math.sin(elevation * RADIANS), Math.cos(elevation * RADIANS)];
  return (u, v, w) => {
    const depth = u * sinA + v * cosA;
    return { x: u * cosA - v * sinA, y: -(w * cosE + depth * sinE), near: w * sinE - depth * cosE };
  };
}

/** The direction from the box to the eye. */
export function towardsEye({ azimuth, elevation }) {
  const flat = Math.cos(elevation * RADIANS);
  return [-Math.sin(azimuth * RADIANS) * flat, -Math.cos(azimuth * RADIANS) * flat, Math.sin(elevation * RADIANS)];
}

/** The sides of the box away from the eye: the sign of u and of v there. */
export function farSides({ azimuth }) {
  return { u: Math.sin(azimuth * RADIANS) >= 0 ? 1 : -1, v: Math.cos(azimuth * RADIANS) >= 0 ? 1 : -1 };
}

/** Cells of a grid with `rows` x `columns` points, far ones first: the painter's order, exact for columns of a box. */
export function cellOrder(rows, columns, camera) {
  const far = farSides(camera);
  const count = (size, sign) => {
    const up = Array.from({ length: size - 1 }, (_, index) => index);
    return sign > 0 ? up.reverse() : up;
  };
  const alongColumns = count(columns, far.v);
  return count(rows, far.u).flatMap((i) => alongColumns.map((j) => [i, j]));
}

/** A value between `low` and `high` as -1 to 1. */
export function unitOf(value, low, high) {
  return ((value - low) / (high - low)) * 2 - 1;
}

/** Whether two boxes of the screen, `{left, right, top, bottom}`, have a place in common. */
export function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Height of the surface at (u, v) by bilinear interpolation; minus infinity where it is unknown. */
export function heightAt(surface, u, v) {
  const cells = [surface.length - 1, surface[0].length - 1];
  const [a, b] = [((u + 1) / 2) * cells[0], ((v + 1) / 2) * cells[1]];
  const i = Math.min(cells[0] - 1, Math.max(0, Math.floor(a)));
  const j = Math.min(cells[1] - 1, Math.max(0, Math.floor(b)));
  const corners = [surface[i][j], surface[i][j + 1], surface[i + 1][j], surface[i + 1][j + 1]];
  if (corners.includes(null)) {
    return -Infinity;
  }
  const [s, t] = [a - i, b - j];
  return (corners[0] * (1 - t) + corners[1] * t) * (1 - s) + (corners[2] * (1 - t) + corners[3] * t) * s;
}

/** Whether the surface lies between a point of the box and the eye. */
export function isHidden([u, v, w], towards, surface) {
  const stride = 2.9 / 60;
  for (let step = 1; step <= 60; step += 1) {
    const [a, b, c] = [u + towards[0] * step * stride, v + towards[1] * step * stride, w + towards[2] * step * stride];
    if (Math.abs(a) > 1 || Math.abs(b) > 1) {
      return false;
    }
    if (c < heightAt(surface, a, b) - 0.004) {
      return true;
    }
  }
  return false;
}
