/** Injects the `FlowView` that `GET /flow` reads. */
export const FLOW_VIEW = Symbol('flow view');
