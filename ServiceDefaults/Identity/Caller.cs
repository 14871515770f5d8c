using System.Net;
using Microsoft.AspNetCore.Http;

namespace Switchyard.ServiceDefaults;

/// <summary>Who asks: established by the gateway from a token, trusted by the services because it is signed.</summary>
public sealed record Caller
{
    /// <summary>The organization of those who may act in every one.</summary>
    public const string EveryOrg = "*";

    /// <summary>The token's or user's name, as audit entries show it.</summary>
    public required string Subject { get; init; }

    public string TokenId { get; init; } = "";

    public required string Org { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The environments the token is limited to; empty means all.</summary>
    public IReadOnlyList<string> Environments { get; init; } = [];

    public string? IpAddress { get; init; }

    public bool Has(string scope) => Scopes.Contains(scope, StringComparer.Ordinal);

    public bool MayAct(string org) => Org == EveryOrg || Org == org;

    public bool MayUse(string environment) => Environments.Count == 0 || Environments.Contains(environment, StringComparer.Ordinal);

    /// <summary>A service of the hub acting on its own account, such as the runner reading a definition.</summary>
    public static Caller ForService(string name, params IReadOnlyList<string> scopes) => new()
    {
        Subject = $"service:{name}",
        TokenId = $"service:{name}",
        Org = EveryOrg,
        Scopes = scopes,
        IpAddress = IPAddress.Loopback.ToString(),
    };
}

/// <summary>The caller of the current request.</summary>
public static class CallerOfRequest
{
    private static readonly object Key = new();

    /// <summary>The verified caller; asking on a path that is open to everyone is a defect and throws.</summary>
    public static Caller Caller(this HttpContext http) =>
        http.FindCaller() ?? throw new InvalidOperationException($"{http.Request.Path} is open to everyone: it has no caller.");

    public static Caller? FindCaller(this HttpContext http) => http.Items.TryGetValue(Key, out var caller) ? (Caller?)caller : null;

    /// <summary>For the gateway, which establishes the caller from a token rather than from a signature.</summary>
    public static void SetCaller(this HttpContext http, Caller caller) => http.Items[Key] = caller;
}
