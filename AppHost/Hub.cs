using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Switchyard.AppHost;

/// <summary>The hub as one installation: its data folder, its secrets, what its services are told, and where it is found.</summary>
internal sealed class Hub : IDisposable
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };
    private readonly IDistributedApplicationBuilder builder;
    private readonly DataDirectory data;
    private string? announced;

    private Hub(IDistributedApplicationBuilder builder)
    {
        this.builder = builder;
        var configured = builder.Configuration["Hub:DataDirectory"];
        data = configured is { Length: > 0 }
            ? DataDirectory.At(Path.GetFullPath(configured, Directory.GetCurrentDirectory()))
            : DataDirectory.FirstUnused(Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "..", ".data")));
        RunnerReplicas = builder.Configuration.GetValue("Hub:RunnerReplicas", 1);
        var secrets = new Secrets(data, builder.Configuration, IsDevelopment);
        (IdentityKey, OperatorTokens) = builder.ExecutionContext.IsPublishMode
            ? (builder.AddParameter("identity-key", secret: true), builder.AddParameter("operator-tokens", secret: true))
            : (builder.AddParameter("identity-key", secrets.IdentityKey, secret: true), builder.AddParameter("operator-tokens", secrets.OperatorTokens, secret: true));
        SamplesToken = secrets.SamplesToken;

        if (builder.ExecutionContext.IsRunMode)
        {
            builder.Eventing.Subscribe<BeforeStartEvent>((_, _) =>
            {
                data.Take();
                return Task.CompletedTask;
            });
        }
    }

    public int RunnerReplicas { get; }

    public bool IsDevelopment => builder.Environment.IsDevelopment();

    /// <summary>The folder that holds everything this hub keeps.</summary>
    public string Data => data.Path;

    /// <summary>The key that gateway and services sign callers with.</summary>
    public IResourceBuilder<ParameterResource> IdentityKey { get; }

    /// <summary>Who may call the gateway.</summary>
    public IResourceBuilder<ParameterResource> OperatorTokens { get; }

    /// <summary>What the samples read the hub with, in development.</summary>
    public Func<string> SamplesToken { get; }

    public static Hub Open(IDistributedApplicationBuilder builder) => new(builder);

    /// <summary>Says once, when every service is ready, where the hub is, and leaves the same for tools in <c>hub.json</c>.</summary>
    public void AnnounceWhenReady(IResourceBuilder<ProjectResource> gateway, params IResourceBuilder<ProjectResource>[] others)
    {
        var left = others.Length + 1;
        var noted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var service in (IResourceBuilder<ProjectResource>[])[gateway, .. others])
        {
            builder.Eventing.Subscribe<ResourceReadyEvent>(service.Resource, (ready, _) =>
            {
                lock (noted)
                {
                    if (noted.Add(ready.Resource.Name) && --left == 0)
                    {
                        Announce(gateway.GetEndpoint("http").Url);
                    }
                }

                return Task.CompletedTask;
            });
        }
    }

    /// <summary>Takes back what was announced.</summary>
    public void Dispose()
    {
        if (announced is not null)
        {
            File.Delete(announced);
        }

        data.Dispose();
    }

    private void Announce(string url)
    {
        // The stand-in leaves the login link in the configuration; the original's dashboard listens where the launch profile says.
        var dashboard = builder.Configuration["AppHost:DashboardUrl"] ?? (builder.Configuration["no-dashboard"] is null ? builder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] : null);
        announced = Path.Combine(Data, "hub.json");
        var written = announced + ".new";
        File.WriteAllText(written, JsonSerializer.Serialize(new { url, pid = Environment.ProcessId, dashboardUrl = dashboard }, Readable));
        File.Move(written, announced, overwrite: true);

        var token = IsDevelopment ? $"; your token: {Path.Combine(Data, Secrets.TokenFile)} (try ./yard status)" : "";
        Console.WriteLine($"Switchyard is ready at {url}{(dashboard is null ? "" : $", dashboard: {dashboard}")}{token}");
    }
}
