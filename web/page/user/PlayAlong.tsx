import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../texts.js';
import { currentCode } from './authenticator.js';

/** The code that an authenticator app would show, for who has none at hand. */
export function PlayAlong(): VNode | null {
  const [code, setCode] = useState(currentCode);
  useEffect(() => {
    const timer = setInterval(() => setCode(currentCode()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (code === undefined) return null;
  return (
    <p class="play-along">
      {texts.factor.playAlong} {texts.factor.currentCode}: <strong class="code">{code}</strong>
    </p>
  );
}
