using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Switchyard.ServiceDefaults;

/// <summary>Named HTTP clients for the hub's own services: signed, spread over replicas, retried where that is safe.</summary>
public static class InternalClients
{
    /// <summary>
    /// Registers the client <paramref name="name"/>; get it from <see cref="IHttpClientFactory"/> and use relative addresses.
    /// Requests are signed as this service with <paramref name="scopes"/>, unless one names another caller with <see cref="As"/>.
    /// </summary>
    public static IHttpClientBuilder AddInternalClient(this IHostApplicationBuilder builder, string name, params string[] scopes)
    {
        var endpoints = new ServiceEndpoints(name, builder.Configuration);
        return builder.Services.AddHttpClient(name, client =>
            {
                client.BaseAddress = new Uri($"http://{name}/");
                // The handler below has the deadlines; this one would also cut off long polls.
                client.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(2),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            })
            .AddHttpMessageHandler(services => new ResilientHandler(services.GetRequiredService<TimeProvider>()))
            .AddHttpMessageHandler(services => new InternalHandler(
                name,
                endpoints,
                services.GetRequiredService<CallerSignature>(),
                Caller.ForService(services.GetRequiredService<ServiceIdentity>().Name, scopes)));
    }

    /// <summary>Sends this request in the name of <paramref name="caller"/> rather than of the service itself.</summary>
    public static HttpRequestMessage As(this HttpRequestMessage request, Caller caller)
    {
        request.Options.Set(InternalHandler.CallerKey, caller);
        return request;
    }

    /// <summary>How long one attempt of this request may take, for those that wait on purpose. Default 10 seconds.</summary>
    public static HttpRequestMessage Within(this HttpRequestMessage request, TimeSpan attempt)
    {
        request.Options.Set(ResilientHandler.AttemptKey, attempt);
        return request;
    }
}

/// <summary>The addresses of a service, from <c>services:NAME:http:0..n</c> as the composition injects them.</summary>
internal sealed class ServiceEndpoints(string name, IConfiguration configuration)
{
    private int _turn = -1;

    /// <summary>The next address in turn; read afresh, because configuration may be reloaded.</summary>
    public Uri Next()
    {
        var addresses = configuration.GetSection($"services:{name}:http").GetChildren().ToList();
        if (addresses.Count == 0) addresses = [.. configuration.GetSection($"services:{name}:https").GetChildren()];
        if (addresses.Count == 0)
        {
            throw new HttpRequestException($"No address of the service '{name}' is configured: set services__{name}__http__0.");
        }

        var turn = (int)((uint)Interlocked.Increment(ref _turn) % addresses.Count);
        return new Uri(addresses[turn].Value!);
    }
}

/// <summary>Puts a request on its way to one replica, signed for that service; runs once per attempt.</summary>
internal sealed class InternalHandler(string name, ServiceEndpoints endpoints, CallerSignature signature, Caller self) : DelegatingHandler
{
    public static readonly HttpRequestOptionsKey<Caller> CallerKey = new("Switchyard.Caller");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var replica = endpoints.Next();
        request.RequestUri = new Uri(replica, request.RequestUri!.PathAndQuery);
        request.Headers.Remove(CallerSignature.Header);
        request.Headers.Add(
            CallerSignature.Header,
            signature.Mint(request.Options.TryGetValue(CallerKey, out var caller) ? caller : self, name));
        return base.SendAsync(request, cancellationToken);
    }
}
