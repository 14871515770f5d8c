using System.Net;

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>
/// The one way out of the hub. Every hop is checked against the policy: the URL here, the address when the connection opens.
/// Redirects are followed here and not by the HTTP stack, which would not ask.
/// </summary>
public sealed class EgressHandler : DelegatingHandler
{
    /// <summary>What may travel on when a redirect leads to another origin; anything else may be a credential.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Accept-Language", "Idempotency-Key", "User-Agent", "traceparent", "tracestate",
    };

    private readonly EgressPolicy _policy;
    private readonly int _maxRedirects;

    public EgressHandler(EgressPolicy policy, int maxRedirects = 5, ResolveHost? resolve = null)
        : base(Sockets(new EgressConnector(policy, resolve ?? Dns.GetHostAddressesAsync)))
    {
        _policy = policy;
        _maxRedirects = maxRedirects;
    }

    /// <summary>Set on a request to get a redirect as the answer instead of following it.</summary>
    public static readonly HttpRequestOptionsKey<bool> KeepRedirect = new("switchyard.egress.keep-redirect");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            Check(request);
            var response = await base.SendAsync(request, cancellationToken);
            if (request.Options.TryGetValue(KeepRedirect, out var keep) && keep) return response;
            if (Target(request, response) is not { } target) return response;

            var status = response.StatusCode;
            response.Dispose();
            if (redirects == _maxRedirects) throw new EgressBlockedException(target, $"more than {_maxRedirects} redirects");
            if (request.RequestUri!.Scheme == Uri.UriSchemeHttps && target.Scheme == Uri.UriSchemeHttp) throw new EgressBlockedException(target, "a redirect from https to http");

            request = Follow(request, status, target);
        }
    }

    private void Check(HttpRequestMessage request)
    {
        var url = request.RequestUri ?? throw new InvalidOperationException("A request needs a URL.");
        if (_policy.WhyNot(url) is { } reason) throw new EgressBlockedException(url, reason);

        // HTTP/3 would connect without asking us.
        if (request.Version > HttpVersion.Version20) request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
    }

    private static Uri? Target(HttpRequestMessage request, HttpResponseMessage response) => response.StatusCode is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
            ? new Uri(request.RequestUri!, location)
            : null;

    private static HttpRequestMessage Follow(HttpRequestMessage request, HttpStatusCode status, Uri target)
    {
        var becomesGet = status == HttpStatusCode.SeeOther
            ? request.Method != HttpMethod.Get && request.Method != HttpMethod.Head
            : request.Method == HttpMethod.Post && status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found;
        var next = new HttpRequestMessage(becomesGet ? HttpMethod.Get : request.Method, target)
        {
            Content = becomesGet ? null : request.Content,
            Version = request.Version,
        };

        var sameOrigin = Uri.Compare(request.RequestUri, target, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (sameOrigin || Harmless.Contains(name)) next.Headers.TryAddWithoutValidation(name, values);
        }

        return next;
    }

    private static SocketsHttpHandler Sockets(EgressConnector connector) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = connector.ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        MaxResponseHeadersLength = 64,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a name that has moved is looked up again
        UseCookies = false,
        UseProxy = false, // a proxy would resolve names where we cannot check them
    };
}
