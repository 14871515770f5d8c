using System.Text.RegularExpressions;

namespace Switchyard.Cli.Tests;

/// <summary>A test of yard against the hub that all such tests share; each has a home of its own.</summary>
[Collection(TestHub.Name)]
public abstract partial class HubTest(TestHub hub) : IDisposable
{
    protected TestHub Hub { get; } = hub;

    internal YardProcess Yard { get; } = new();

    /// <summary>Runs yard as someone who has logged in.</summary>
    internal Task<YardOutcome> RunAsync(params string[] args) => Yard.RunAsync([.. args, "--url", Hub.Url, "--token", Hub.Token]);

    protected static string NewSlug() => $"t-{Guid.NewGuid():N}"[..20];

    /// <summary>Applies a workflow of its own slug; the text is everything behind slug and version.</summary>
    internal async Task<string> ApplyAsync(string rest)
    {
        var slug = NewSlug();
        (await RunAsync("apply", Yard.Write($"{slug}.json", $$"""{ "slug": "{{slug}}", "version": "1.0.0", {{rest}} }"""))).ShouldSucceed();
        return slug;
    }

    protected static string IdIn(string output) => Id().Match(output) is { Success: true } match
        ? match.Value
        : throw new InvalidOperationException($"There is no run id in: {output}");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();

    public void Dispose()
    {
        Yard.Dispose();
        GC.SuppressFinalize(this);
    }
}
