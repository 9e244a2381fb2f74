// Lists, page by page.

/** How many rows a page asks for; a node may answer with fewer. */
const pageSize = 200n

interface Answer {
  pagination?: { nextKey: Uint8Array } | undefined
}

/** A page of a question. */
export interface Page {
  limit: bigint
  key?: Uint8Array
}

/**
 * Asks page by page and yields the rows. Rows that change between two pages may be missed or met twice: ask at a
 * height (Client.at) for all of one state.
 *
 *   for await (const offer of rows((pagination) => client.license.offers({ work, pagination }), (page) => page.offers)) ...
 */
export async function* rows<A extends Answer, Row>(ask: (page: Page) => Promise<A>, rowsOf: (answer: A) => Row[]): AsyncGenerator<Row> {
  for (let page: Page = { limit: pageSize }; ; ) {
    const answer = await ask(page)
    yield* rowsOf(answer)
    const key = answer.pagination?.nextKey
    if (!key || key.length === 0) return
    page = { limit: pageSize, key }
  }
}

/** Takes rows into a list, at most so many; 0: all. */
export async function all<Row>(rows: AsyncIterable<Row>, most = 0): Promise<Row[]> {
  const list: Row[] = []
  for await (const row of rows) {
    if (list.push(row) === most) break
  }
  return list
}
