using Switchyard.Contracts.Access;
using Switchyard.Tests.Support;

namespace Switchyard.Gateway.Tests.Harness;

/// <summary>A gateway before one receiver per service, with tokens that most tests need.</summary>
public class Hub : IAsyncLifetime
{
    public const string Admin = "admin-token-0123456789";
    public const string Reader = "reader-token-0123456789";

    public GatewayProcess Gateway { get; private set; } = null!;

    public Receiver Definitions { get; private set; } = null!;

    public Receiver Runner { get; private set; } = null!;

    protected virtual IEnumerable<TestToken> Tokens =>
    [
        new("admin", Admin, "*", [.. Scopes.All]) { Roles = ["ARCHITECT"], Environments = ["dev", "staging"] },
        new("reader", Reader, "default", "runs:read"),
    ];

    protected virtual Dictionary<string, string> Settings => [];

    protected virtual Task<TestDatabase?> DatabaseAsync() => Task.FromResult<TestDatabase?>(null);

    public virtual async ValueTask InitializeAsync()
    {
        Definitions = await Receiver.StartAsync("definitions");
        Runner = await Receiver.StartAsync("runner");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["services__definitions__http__0"] = Definitions.Address,
            ["services__runner__http__0"] = Runner.Address,
        };
        foreach (var (name, value) in Settings) settings[name] = value;
        Gateway = await GatewayProcess.StartAsync(Tokens, settings, await DatabaseAsync());
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Gateway.DisposeAsync();
        await Definitions.DisposeAsync();
        await Runner.DisposeAsync();
    }
}
