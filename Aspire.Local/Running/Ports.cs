using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Chooses the ports that endpoints listen on, one for each replica.</summary>
internal sealed class Ports(bool randomize)
{
    private readonly HashSet<int> given = [];

    public void Allocate(IResource resource)
    {
        var replicas = Replicas.Count(resource);
        foreach (var endpoint in resource.Annotations.Of<EndpointAnnotation>())
        {
            if (replicas > 1 && (endpoint.HasFixedTarget || !endpoint.IsProxied))
            {
                throw new DistributedApplicationException(
                    $"'{resource.Name}' has {replicas} replicas, but its endpoint '{endpoint.Name}' has a fixed target port or no proxy, and two processes cannot share a port. Leave the target port open or use one replica.");
            }

            endpoint.Replicas = [.. Enumerable.Range(0, replicas).Select(replica => new AllocatedEndpoint(endpoint, endpoint.TargetHost, Choose(resource, endpoint, replica)))];
            endpoint.AllocatedEndpoint = endpoint.Replicas[0];
        }
    }

    /// <summary>Whether nothing listens on the port, on either loopback address.</summary>
    public static bool IsFree(int port) => CanBind(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port));

    private int Choose(IResource resource, EndpointAnnotation endpoint, int replica)
    {
        // A container's own port says nothing about the machine's; a process listens where others reach it.
        var wanted = resource is ContainerResource ? endpoint.Port : endpoint.TargetPort ?? endpoint.Port;
        if (wanted is { } port && replica == 0 && (!randomize || (endpoint.HasFixedTarget && resource is not ContainerResource)))
        {
            given.Add(port);
            return port;
        }

        while (true)
        {
            var free = AnyFree();
            if (given.Add(free))
            {
                return free;
            }
        }
    }

    private static int AnyFree()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            if (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port))
            {
                return port;
            }
        }
    }

    private static bool CanBind(IPAddress address, int port)
    {
        try
        {
            // SO_REUSEADDR as the servers themselves use it: a port whose last connections still linger is free.
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
