namespace Switchyard.Gateway.Routes;

/// <summary>One row of the route table: who may enter by this method and path, and which service answers.</summary>
/// <param name="Method">One HTTP method in upper case.</param>
/// <param name="Pattern">An ASP.NET route pattern; a segment <c>{org}</c> binds the request to that organization.</param>
/// <param name="Cluster">The service behind, also the audience of the signed caller header.</param>
/// <param name="Scope">The scope that the token must hold, or null for a path that is open to everyone.</param>
public sealed record GatewayRoute(string Method, string Pattern, string Cluster, string? Scope)
{
    /// <summary>Asks for a token of every organization, whatever its scopes.</summary>
    public bool AdministratorsOnly { get; init; }

    /// <summary>Accepts new runs, which maintenance stops.</summary>
    public bool StartsRuns { get; init; }

    /// <summary>May take as long as a run does: streams, long polls, runs executed inline.</summary>
    public bool IsLong { get; init; }

    public bool IsOpen => Scope is null;

    public bool NamesOrg { get; } = Pattern.Contains("{org}", StringComparison.Ordinal);

    /// <summary>How audit entries and metrics name the row; it holds no id, so its count is bounded.</summary>
    public string Name { get; } = $"{Method} {Pattern}";
}
