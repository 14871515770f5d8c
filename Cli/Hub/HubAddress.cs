using System.Text.Json;
using Switchyard.Cli.Login;

namespace Switchyard.Cli.Hub;

/// <summary>Which hub to talk to, as whom, in which organisation.</summary>
internal sealed record HubAddress(Uri Url, string? Token, string Org)
{
    public const string DefaultUrl = "http://localhost:8080";

    /// <summary>
    /// Options first, then the environment, then the stored login, then a hub that runs from this checkout.
    /// A stored token only ever goes to the address it was stored for.
    /// </summary>
    public static HubAddress Find(string? url, string? token, string? org)
    {
        url ??= FromEnvironment("SWITCHYARD_URL");
        token ??= FromEnvironment("SWITCHYARD_TOKEN");
        org ??= FromEnvironment("SWITCHYARD_ORG");

        if (Credentials.Load() is { } login && Concerns(login.Url, url))
        {
            return new(Parse(url ?? login.Url), token ?? login.Token, org ?? login.Org ?? "default");
        }

        if (CheckoutHub.Find() is { } checkout && Concerns(checkout.Url, url))
        {
            return new(Parse(url ?? checkout.Url), token ?? checkout.Token, org ?? "default");
        }

        return new(Parse(url ?? DefaultUrl), token, org ?? "default");
    }

    public static Uri Parse(string url) =>
        Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            ? parsed
            : throw Failure.Usage($"'{url}' is not an http address.", $"Give one such as {DefaultUrl}.");

    private static bool Concerns(string known, string? asked) => asked is null || Parse(known) == Parse(asked);

    private static string? FromEnvironment(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>The hub that runs from a checkout leaves its address and its first token in <c>.data/</c>.</summary>
internal sealed record CheckoutHub(string Url, string? Token)
{
    /// <summary>Walks up from the current folder, then from the program itself, which lies in the checkout too.</summary>
    public static CheckoutHub? Find() =>
        Above(Environment.CurrentDirectory) ?? Above(AppContext.BaseDirectory);

    private static CheckoutHub? Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var data = Path.Combine(at.FullName, ".data");
            if (Read(Path.Combine(data, "hub.json")) is { } hub && UrlIn(hub) is { } url)
            {
                return new(url, Read(Path.Combine(data, "operator-token"))?.Trim());
            }
        }

        return null;
    }

    // { "url": "http://localhost:8080", "pid": 1234, "dashboardUrl": "http://localhost:18888" }
    private static string? UrlIn(string hub)
    {
        try
        {
            using var document = JsonDocument.Parse(hub);
            return document.RootElement.GetProperty("url").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null; // half-written by a hub that is just starting
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
