/**
 * DynamoDB's prices in one Region: on-demand capacity, table class Standard, in US dollars without tax.
 */
export interface RegionPrices {
  /** Dollars for a million write request units. */
  readonly millionWriteUnits: number;
  /** Dollars for a million read request units. */
  readonly millionReadUnits: number;
  /** Dollars for storing a GB for a month, beyond what is free. */
  readonly storedGB: number;
  /** Dollars for a month of point-in-time recovery of a GB. */
  readonly recoverableGB: number;
}

/** A Region's prices, with the day on which AWS had published them. */
interface DatedPrices extends RegionPrices {
  /** `YYYY-MM-DD` */
  readonly asOf: string;
}

/** A plan of Cognito's user pools. */
export interface CognitoPlan {
  /** Monthly active users who cost nothing. */
  readonly freeUsers: number;
  /**
   * Dollars for each user beyond those, up to a number of them; the number of the last step is infinite.
   */
  readonly steps: readonly { readonly upTo: number; readonly userDollars: number }[];
}

/** A Region in the list. */
export type PricedRegion =
  'us-east-1' | 'eu-west-1' | 'eu-central-1' | 'ap-northeast-1' | 'ap-south-1' | 'ap-southeast-2';

/** AWS's prices, each with its day and the page on which AWS publishes it. */
export interface PriceList {
  readonly dynamoDB: {
    readonly source: string;
    /** GB in a Region for which storage costs nothing. */
    readonly freeStoredGB: number;
    readonly regions: Readonly<Record<PricedRegion, DatedPrices>>;
  };
  readonly cognito: {
    readonly source: string;
    readonly region: string;
    /** `YYYY-MM-DD` */
    readonly asOf: string;
    readonly plans: Readonly<Record<'Lite' | 'Essentials' | 'Plus', CognitoPlan>>;
  };
}

/** The Region whose prices are taken where none is named. */
export const DEFAULT_REGION: PricedRegion = 'us-east-1';

/**
 * All prices that the library, its pages and its benchmarks reckon with. They were taken from public documents
 * that quote AWS's price list, not from an invoice: a Region of which no such quotation was found is not here.
 */
export const PRICE_LIST: PriceList = {
  dynamoDB: {
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    /** GB in a Region for which storage costs nothing. */
    freeStoredGB: 25,
    regions: {
      'us-east-1': {
        asOf: '2026-08-15',
        millionWriteUnits: 0.625,
        millionReadUnits: 0.125,
        storedGB: 0.25,
        recoverableGB: 0.2,
      },
      'eu-west-1': {
        asOf: '2026-08-15',
        millionWriteUnits: 0.705,
        millionReadUnits: 0.1415,
        storedGB: 0.283,
        recoverableGB: 0.22,
      },
      'eu-central-1': {
        asOf: '2026-08-15',
        millionWriteUnits: 0.7625,
        millionReadUnits: 0.1525,
        storedGB: 0.306,
        recoverableGB: 0.2448,
      },
      'ap-northeast-1': {
        asOf: '2026-09-11',
        millionWriteUnits: 0.715,
        millionReadUnits: 0.1425,
        storedGB: 0.285,
        recoverableGB: 0.228,
      },
      'ap-south-1': {
        asOf: '2026-09-11',
        millionWriteUnits: 0.71,
        millionReadUnits: 0.1425,
        storedGB: 0.285,
        recoverableGB: 0.228,
      },
      'ap-southeast-2': {
        asOf: '2026-08-13',
        millionWriteUnits: 0.71,
        millionReadUnits: 0.1425,
        storedGB: 0.285,
        recoverableGB: 0.228,
      },
    },
  },
  cognito: {
    source: 'https://aws.amazon.com/cognito/pricing/',
    region: 'us-east-1',
    /** The steps of Lite beyond a million users are those of the price list of 2025-10-28. */
    asOf: '2026-09-20',
    plans: {
      Lite: {
        freeUsers: 10_000,
        steps: [
          { upTo: 90_000, userDollars: 0.0055 },
          { upTo: 990_000, userDollars: 0.0046 },
          { upTo: 9_990_000, userDollars: 0.00325 },
          { upTo: Infinity, userDollars: 0.0025 },
        ],
      },
      Essentials: { freeUsers: 10_000, steps: [{ upTo: Infinity, userDollars: 0.015 }] },
      Plus: { freeUsers: 0, steps: [{ upTo: Infinity, userDollars: 0.02 }] },
    },
  },
};
