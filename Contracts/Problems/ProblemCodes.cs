namespace Switchyard.Contracts.Problems;

/// <summary>The <c>code</c> of every problem+json answer; clients branch on these, never on the prose.</summary>
public static class ProblemCodes
{
    // The request itself.
    public const string MalformedJson = "MALFORMED_JSON";
    public const string MalformedYaml = "MALFORMED_YAML";
    public const string InvalidRequest = "INVALID_REQUEST";
    public const string BodyTooLarge = "BODY_TOO_LARGE";
    public const string BadCursor = "BAD_CURSOR";
    public const string BadLimit = "BAD_LIMIT";
    public const string UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
    public const string MethodNotAllowed = "METHOD_NOT_ALLOWED";
    public const string NotFound = "NOT_FOUND";
    public const string Conflict = "CONFLICT";
    public const string PreconditionFailed = "PRECONDITION_FAILED";
    public const string RangeNotSatisfiable = "RANGE_NOT_SATISFIABLE";

    // Who asks.
    public const string MissingToken = "MISSING_TOKEN";
    public const string InvalidToken = "INVALID_TOKEN";
    public const string InsufficientScope = "INSUFFICIENT_SCOPE";
    public const string MissingCaller = "MISSING_CALLER";
    public const string InvalidCaller = "INVALID_CALLER";
    public const string RateLimited = "RATE_LIMITED";

    // Definitions.
    public const string OrgNotFound = "ORG_NOT_FOUND";
    public const string OrgExists = "ORG_EXISTS";
    public const string WorkflowNotFound = "WORKFLOW_NOT_FOUND";
    public const string VersionNotFound = "VERSION_NOT_FOUND";
    public const string LintFailed = "LINT_FAILED";
    public const string VersionImmutable = "VERSION_IMMUTABLE";
    public const string VersionNotNewer = "VERSION_NOT_NEWER";
    public const string BreakingChange = "BREAKING_CHANGE";

    // Runs.
    public const string RunNotFound = "RUN_NOT_FOUND";
    public const string ArtifactNotFound = "ARTIFACT_NOT_FOUND";
    public const string InvalidParameters = "INVALID_PARAMETERS";
    public const string RunFinished = "RUN_FINISHED";
    public const string IdempotencyConflict = "IDEMPOTENCY_CONFLICT";
    public const string ConcurrencyLimit = "CONCURRENCY_LIMIT";
    public const string Paused = "PAUSED";
    public const string EnvironmentNotFound = "ENVIRONMENT_NOT_FOUND";

    // Triggers.
    public const string InvalidSignature = "INVALID_SIGNATURE";
    public const string TriggerNotFound = "TRIGGER_NOT_FOUND";
    public const string TriggersPaused = "TRIGGERS_PAUSED";

    // The hub.
    public const string QueueUnavailable = "QUEUE_UNAVAILABLE";
    public const string DatabaseUnavailable = "DATABASE_UNAVAILABLE";
    public const string ServiceUnavailable = "SERVICE_UNAVAILABLE";
    public const string ServiceTimeout = "SERVICE_TIMEOUT";
    public const string Maintenance = "MAINTENANCE";
    public const string InternalError = "INTERNAL_ERROR";
}

/// <summary>One thing wrong with a request, and where.</summary>
public sealed record ProblemError(string Pointer, string Message, string? Code = null, int? Line = null, int? Column = null);
