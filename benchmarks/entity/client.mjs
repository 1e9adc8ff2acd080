/** The configuration with which every contender's client is made. */
export function configOf(network) {
  return {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'EXAMPLEKEY' },
    requestHandler: network,
  };
}

export const TABLE_NAME = 'orders';
