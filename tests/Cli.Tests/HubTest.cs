namespace Switchyard.Cli.Tests;

/// <summary>A test of yard against the hub that all such tests share; each has a home of its own.</summary>
[Collection(TestHub.Name)]
public abstract class HubTest(TestHub hub) : IDisposable
{
    protected TestHub Hub { get; } = hub;

    internal YardProcess Yard { get; } = new();

    /// <summary>Runs yard as someone who has logged in.</summary>
    internal Task<YardOutcome> RunAsync(params string[] args) => Yard.RunAsync([.. args, "--url", Hub.Url, "--token", Hub.Token]);

    protected static string NewSlug() => $"t-{Guid.NewGuid():N}"[..20];

    public void Dispose()
    {
        Yard.Dispose();
        GC.SuppressFinalize(this);
    }
}
