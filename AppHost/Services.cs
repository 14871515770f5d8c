using System.Net;
using System.Net.Sockets;

namespace Switchyard.AppHost;

/// <summary>What every service of the hub is told.</summary>
internal static class Services
{
    private const int FrontDoorPort = 8080;

    public static IResourceBuilder<ProjectResource> AsService(this IResourceBuilder<ProjectResource> service, Hub hub)
        => service.WithHttpEndpoint().Configured(hub);

    /// <summary>The service that others come in by: on port 8080, or the next free one.</summary>
    public static IResourceBuilder<ProjectResource> AsFrontDoor(this IResourceBuilder<ProjectResource> gateway, Hub hub)
    {
        var isPublishing = gateway.ApplicationBuilder.ExecutionContext.IsPublishMode;
        return gateway
            .WithHttpEndpoint(port: isPublishing ? null : NextFree(FrontDoorPort))
            .WithExternalHttpEndpoints()
            .Configured(hub)
            .WithEnvironment("OPERATOR_TOKENS", hub.OperatorTokens);
    }

    private static IResourceBuilder<ProjectResource> Configured(this IResourceBuilder<ProjectResource> service, Hub hub)
    {
        service
            .WithHttpHealthCheck("/readyz")
            .WithEnvironment("Identity__Key", hub.IdentityKey);
        if (service.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            return service;
        }

        service
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", service.ApplicationBuilder.Environment.EnvironmentName)
            .WithEnvironment("Hub__DataDirectory", hub.Data)
            .WithEnvironment("Runner__ArtifactsDirectory", Path.Combine(hub.Data, "artifacts"));
        return hub.IsDevelopment
            ? service
                .WithEnvironment("Egress__AllowLoopback", "true")
                // Unset means legacy, which is the careful choice for an installation that grew up with it; a new hub queues.
                .WithEnvironment("WORKFLOW_ENGINE_MODE", service.ApplicationBuilder.Configuration["WORKFLOW_ENGINE_MODE"] ?? "queue")
            : service;
    }

    /// <summary>In development: what the sample workflows talk to, and the token they look at the hub with.</summary>
    public static IResourceBuilder<ProjectResource> WithSamples(this IResourceBuilder<ProjectResource> runner, Hub hub)
        => hub.IsDevelopment && runner.ApplicationBuilder.ExecutionContext.IsRunMode
            ? runner.WithEnvironment("Samples__Enabled", "true").WithEnvironment("SWITCHYARD_SAMPLE_TOKEN", () => $"Bearer {hub.SamplesToken()}")
            : runner;

    private static int NextFree(int first)
    {
        var port = first;
        while (port < first + 100 && !(IsFree(IPAddress.Loopback, port) && IsFree(IPAddress.IPv6Loopback, port)))
        {
            port++;
        }

        if (port != first)
        {
            Console.WriteLine($"Port {first} is taken by another program; the hub uses {port}.");
        }

        return port;
    }

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
