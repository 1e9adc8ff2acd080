/** The part of a Hono context that is used; Hono need not be installed for the types to hold. */
export interface HonoContext {
  readonly req: { readonly raw: Request; arrayBuffer(): Promise<ArrayBuffer> };
  readonly env: unknown;
  header(name: string, value?: string, options?: { readonly append?: boolean }): unknown;
}

/** Sets a variable of a context: Hono types its own `set` by the variables of the application. */
export function setVariable(context: HonoContext, name: string, value: unknown): void {
  (context as HonoContext & { set(name: string, value: unknown): void }).set(name, value);
}
