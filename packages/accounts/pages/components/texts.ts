import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** Texts that the components show by themselves. A page has all of its texts in one file, these included. */
export interface ComponentTexts {
  readonly cancel: string;
  readonly close: string;
  /** Read out while a button is busy. */
  readonly busy: string;
  /** At a field that is left empty. */
  readonly required: string;
  /** Beside the label of a field that may be left empty. */
  readonly optional: string;
  readonly requests: string;
  readonly writeUnits: string;
  readonly readUnits: string;
  readonly dollars: string;
  readonly marks: Readonly<Record<'added' | 'changed' | 'removed', string>>;
}

/** Gives the components below it their texts: `<Texts.Provider value={texts.components}>`. */
export const Texts = createContext<ComponentTexts | undefined>(undefined);

/** Texts of the page that a component is on. */
export function useTexts(): ComponentTexts {
  const texts = useContext(Texts);
  if (!texts) throw new Error('A page gives its components their texts: <Texts.Provider>.');
  return texts;
}
