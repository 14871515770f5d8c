namespace Switchyard.Gateway.Tokens;

/// <summary>What a bearer token stands for; the token itself is never kept, only its SHA-256.</summary>
/// <remarks>A class, so that caches compare it by identity: a reloaded token is another one.</remarks>
public sealed class OperatorToken
{
    /// <summary>An organization of this name is every organization: the token is an administrator's.</summary>
    public const string EveryOrg = "*";

    public required string Name { get; init; }

    public required byte[] Sha256 { get; init; }

    public required string Org { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The environments that the token may touch; null means all.</summary>
    public IReadOnlyList<string>? Environments { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Overrides the gateway's default limit; null takes the default.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>Overrides the gateway's default limit; null takes the default.</summary>
    public int? Concurrency { get; init; }

    public bool IsAdministrator => Org == EveryOrg;

    public bool Reaches(string org) => IsAdministrator || string.Equals(Org, org, StringComparison.Ordinal);

    public bool Holds(string scope) => Scopes.Contains(scope, StringComparer.Ordinal);

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}
