import type { ComponentChildren, VNode } from 'preact';

/** One entry of a list. */
export interface ListRecord {
  readonly key: string;
  readonly title: ComponentChildren;
  readonly details?: ComponentChildren;
  /** Buttons. */
  readonly actions?: ComponentChildren;
  /** Below the rest, on the whole width. */
  readonly more?: ComponentChildren;
}

export interface RecordsProps {
  /** Accessible name. */
  readonly label: string;
  readonly records: readonly ListRecord[];
}

/** A list whose entries can be acted on: sessions, contacts, messages. */
export function Records({ label, records }: RecordsProps): VNode {
  return (
    <ul class="records" aria-label={label}>
      {records.map(({ key, title, details, actions, more }) => (
        <li key={key}>
          <div class="record">
            <div class="title">{title}</div>
            {details && <div class="details">{details}</div>}
          </div>
          {actions && <div class="actions">{actions}</div>}
          {more && <div class="more">{more}</div>}
        </li>
      ))}
    </ul>
  );
}
