using System.Net;
using System.Net.Sockets;

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>Turns a host name into addresses; the system's resolver unless a test plays a hostile one.</summary>
public delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken stop);

/// <summary>
/// Opens connections for <see cref="EgressHandler"/>: resolves, checks every address, and connects to one of those very
/// addresses, so that a name which answers differently the second time gains nothing.
/// </summary>
internal sealed class EgressConnector(EgressPolicy policy, ResolveHost resolve)
{
    /// <summary>How long one of several addresses may take before the next is tried.</summary>
    private static readonly TimeSpan PerAddress = TimeSpan.FromSeconds(5);

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, stop);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);

        // One forbidden address spoils the whole answer: a name that points both outside and inside is an attempt to get in.
        foreach (var address in addresses)
        {
            if (policy.WhyNot(address) is { } reason) throw new EgressBlockedException(context.InitialRequestMessage.RequestUri, reason);
        }

        for (var i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(addresses[i], port, stop);
            }
            catch (Exception e) when (i + 1 < addresses.Length && !stop.IsCancellationRequested && e is SocketException or OperationCanceledException)
            {
                // The next address may answer; the last one's failure is the caller's.
            }
        }
    }

    private static async Task<Stream> ConnectAsync(IPAddress address, int port, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(PerAddress);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
