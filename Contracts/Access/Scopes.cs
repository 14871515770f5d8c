using System.Collections.Frozen;

namespace Switchyard.Contracts.Access;

/// <summary>What a token may be allowed to do.</summary>
public static class Scopes
{
    public const string WorkflowsRead = "workflows:read";
    public const string WorkflowsWrite = "workflows:write";
    public const string RunsRead = "runs:read";
    public const string RunsWrite = "runs:write";
    public const string ReleasesRead = "releases:read";
    public const string ReleasesWrite = "releases:write";
    public const string ReleasesApprove = "releases:approve";
    public const string SecretsRead = "secrets:read";
    public const string SecretsWrite = "secrets:write";
    public const string TokensAdmin = "tokens:admin";
    public const string AuditRead = "audit:read";
    public const string AlertsRead = "alerts:read";
    public const string AlertsWrite = "alerts:write";
    public const string OpsAdmin = "ops:admin";

    public static FrozenSet<string> All { get; } = FrozenSet.ToFrozenSet(
    [
        WorkflowsRead, WorkflowsWrite, RunsRead, RunsWrite, ReleasesRead, ReleasesWrite, ReleasesApprove,
        SecretsRead, SecretsWrite, TokensAdmin, AuditRead, AlertsRead, AlertsWrite, OpsAdmin,
    ], StringComparer.Ordinal);
}

/// <summary>The hats that approve promotions.</summary>
public static class Roles
{
    public const string Qa = "QA";
    public const string Backend = "BACKEND";
    public const string Architect = "ARCHITECT";
    public const string Security = "SECURITY";

    public static FrozenSet<string> All { get; } = FrozenSet.ToFrozenSet([Qa, Backend, Architect, Security], StringComparer.Ordinal);
}
