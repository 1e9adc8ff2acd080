// What one writes by hand around the raw clients: keys, and dates as text.

export function keyOf({ accountId, orderId }) {
  return { PK: `order#${accountId}`, SK: `order#${orderId}` };
}

export function toStored(order) {
  return {
    ...order,
    placedAt: order.placedAt.toISOString(),
    dueAt: order.dueAt.toISOString(),
    ...keyOf(order),
    _id2PK: `order#${order.email}`,
    _id2SK: `order#${order.orderId}`,
  };
}

// eslint-disable-next-line no-unused-vars -- the keys are no fields of the document
export function fromStored({ PK, SK, _id2PK, _id2SK, ...stored }) {
  return { ...stored, placedAt: new Date(stored.placedAt), dueAt: new Date(stored.dueAt) };
}
