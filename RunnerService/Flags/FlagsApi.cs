using System.Text.Json;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Problems;
using Switchyard.ServiceDefaults;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Flags;

/// <summary>Flags over HTTP: seen by everyone who may run the hub, changed at run time, each change audited.</summary>
public static class FlagsApi
{
    public static void MapFlags(this IEndpointRouteBuilder routes)
    {
        var flags = routes.MapGroup("/v1/flags").WithTags("Flags").RequireScope(Scopes.OpsAdmin).RequireEveryOrg();
        flags.MapGet("", (FlagDefinitions definitions) => TypedResults.Ok(new { items = FlagNames.All.Select(name => View(name, definitions)) }));
        flags.MapGet("/{name}", (string name, FlagDefinitions definitions) => FlagNames.All.Contains(name) ? TypedResults.Ok(View(name, definitions)) : Unknown(name));
        flags.MapPut("/{name}", SetAsync);
        flags.MapDelete("/{name}", ResetAsync);
    }

    private static async Task<IResult> SetAsync(string name, Flag flag, HttpContext http, FlagStore store, FlagDefinitions definitions, CancellationToken stop)
    {
        if (!FlagNames.All.Contains(name)) { return Unknown(name); }
        if (flag.Percentage is not (>= 0 and <= 100)) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The percentage is out of range", "Use a percentage from 0 to 100.", [new("/percentage", "from 0 to 100")]); }
        return await ChangeAsync(name, flag, http, store, definitions, stop);
    }

    private static Task<IResult> ResetAsync(string name, HttpContext http, FlagStore store, FlagDefinitions definitions, CancellationToken stop) =>
        FlagNames.All.Contains(name) ? ChangeAsync(name, null, http, store, definitions, stop) : Task.FromResult(Unknown(name));

    private static async Task<IResult> ChangeAsync(string name, Flag? flag, HttpContext http, FlagStore store, FlagDefinitions definitions, CancellationToken stop)
    {
        var caller = http.Caller();
        await store.SetAsync(name, flag, caller.Subject, before => new AuditEntry
        {
            Org = caller.Org, Actor = caller.Subject, TokenId = caller.TokenId, Action = flag is null ? "flag.reset" : "flag.set", Resource = $"flags/{name}", Ip = caller.IpAddress,
            DetailJson = JsonSerializer.Serialize(new { before = before is null ? null : FlagDefinitions.Read(before), after = flag }, WireJson.Options),
        }, stop);
        definitions.Replace(await store.LoadAsync(stop));
        return TypedResults.Ok(View(name, definitions));
    }

    private static object View(string name, FlagDefinitions definitions)
    {
        var (flag, source) = definitions.Find(name);
        return new { name, flag.Enabled, flag.Orgs, flag.Percentage, source };
    }

    private static IResult Unknown(string name) => Problem.Of(404, ProblemCodes.NotFound, "There is no such flag", $"'{name}' is none of {string.Join(", ", FlagNames.All)}.");
}
