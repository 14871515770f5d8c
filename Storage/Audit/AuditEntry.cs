namespace Switchyard.Storage.Audit;

/// <summary>What happened, said by the service where it happened; the writer adds number, time and chain.</summary>
public sealed record AuditEntry
{
    public required string Org { get; init; }

    public required string Actor { get; init; }

    public string? TokenId { get; init; }

    /// <summary>Dotted, noun first: <c>workflow.applied</c>, <c>run.canceled</c>, <c>auth.denied</c>.</summary>
    public required string Action { get; init; }

    /// <summary>A path-like name: <c>workflows/warehouse-report@1.2.0</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>One of <see cref="AuditStatus"/>.</summary>
    public string Status { get; init; } = AuditStatus.Ok;

    /// <summary>JSON with before and after, a reason, a count; null when the rest says it all.</summary>
    public string? DetailJson { get; init; }

    public string? Ip { get; init; }

    /// <summary>Taken from the current activity when null.</summary>
    public string? TraceId { get; init; }
}

/// <summary>How it ended, in the words of the audit_logs table.</summary>
public static class AuditStatus
{
    public const string Ok = "ok";
    public const string Denied = "denied";
    public const string MissingToken = "missing_token";
    public const string InvalidToken = "invalid_token";
    public const string InsufficientScope = "insufficient_scope";
    public const string Failed = "failed";
}
