/** One request that the service got; without query, headers and body, which can hold secrets. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** ISO time on the world's clock. */
  readonly time: string;
  /** What was answered: `hung up` when the connection was cut, `open` while no answer has gone out. */
  status: number | "hung up" | "open";
}

/** Older requests are forgotten, so that a long demo does not fill the memory. */
const MOST_REQUESTS = 10_000;

/** What came in, and which of it the service does not know. */
export interface RequestLog {
  readonly requests: LoggedRequest[];
  /** "METHOD /path" of each request that no route took. */
  readonly unknownRoutes: string[];
  open(method: string, path: string, now: number): LoggedRequest;
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  const requests: LoggedRequest[] = [];
  return {
    requests,
    unknownRoutes: [],
    open: (method, path, now) => {
      const request: LoggedRequest = { method, path, time: new Date(now).toISOString(), status: "open" };
      requests.push(request);
      if (requests.length > MOST_REQUESTS) requests.splice(0, requests.length - MOST_REQUESTS);
      return request;
    },
  };
}
