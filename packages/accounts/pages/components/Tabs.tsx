import type { ComponentChildren, VNode } from 'preact';
import { useId, useRef } from 'preact/hooks';

export interface Tab<N extends string = string> {
  readonly name: N;
  readonly title: string;
  /** A number beside the title, such as that of new messages; none for 0. */
  readonly count?: number;
}

export interface TabsProps<N extends string> {
  /** Accessible name. */
  readonly label: string;
  readonly tabs: readonly Tab<N>[];
  readonly chosen: N;
  readonly onChoose: (name: N) => void;
  /** Content of the chosen tab. */
  readonly children: ComponentChildren;
}

/** Tabs by the pattern of the ARIA Authoring Practices: arrow keys, Home and End move among them. */
export function Tabs<N extends string>(props: TabsProps<N>): VNode {
  const { label, tabs, chosen, onChoose, children } = props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const choose = (at: number): void => {
    const tab = tabs[(at + tabs.length) % tabs.length];
    if (!tab) return;
    onChoose(tab.name);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${tab.name}`)}`)?.focus();
  };
  const move = (key: string): boolean => {
    const at = tabs.findIndex(({ name }) => name === chosen);
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[key];
    if (target !== undefined) choose(target);
    return target !== undefined;
  };
  return (
    <div class="tabs">
      <div
        ref={list}
        class="tablist"
        role="tablist"
        aria-label={label}
        onKeyDown={(event) => {
          if (move(event.key)) event.preventDefault();
        }}
      >
        {tabs.map(({ name, title, count = 0 }) => (
          <button
            key={name}
            id={`${id}-${name}`}
            type="button"
            role="tab"
            aria-selected={name === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {title}
            {count > 0 && <span class="count">{count}</span>}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${chosen}`}>
        {children}
      </div>
    </div>
  );
}
