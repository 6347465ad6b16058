// The button of a collapsed group's panel that opens the group on the stage.

import { panelButton } from "./panel_parts.js";

/** The path of the collapsed group whose box the node `key` is; undefined where it is none. */
export function closedGroup({ groups = [] }, key) {
  return groups.find(({ open, node }) => !open && node !== null && String(node) === String(key))?.path;
}

/** The button, in a list; none for a node that is no group. The panel goes, and the focus back to the group's box. */
export function groupOpener(desk, key) {
  const path = closedGroup(desk.payload(), key);
  if (path === undefined || !desk.toggle) {
    return [];
  }
  const open = () => {
    desk.select(null, null);
    desk.toggle(path);
  };
  return [panelButton(desk.words("panel_open_group"), open, { class: "ng-button ng-open-group" })];
}
