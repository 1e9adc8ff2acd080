/** What the tests use of a package that comes without types. */
declare module 'mailparser' {
  interface Addresses {
    readonly value: readonly { readonly name: string; readonly address?: string }[];
    readonly text: string;
  }
  interface ParsedMail {
    readonly subject?: string;
    readonly text?: string;
    readonly html: string | false;
    readonly from?: Addresses;
    readonly to?: Addresses | readonly Addresses[];
    readonly cc?: Addresses | readonly Addresses[];
    readonly bcc?: Addresses | readonly Addresses[];
    readonly headers: ReadonlyMap<string, unknown>;
    readonly headerLines: readonly { readonly key: string; readonly line: string }[];
    readonly attachments: readonly unknown[];
  }
  export function simpleParser(source: Buffer, options?: object): Promise<ParsedMail>;
}
