using System.Security.Cryptography;
using System.Text;

namespace Aspire.Dashboard.Access;

/// <summary>Gives a session for a login token; each token works once, and its use makes the next.</summary>
internal sealed class Doorkeeper(DashboardOptions options)
{
    private const int MostSessions = 64;
    private readonly Lock gate = new();
    private readonly Queue<string> sessions = new();

    /// <summary>Cookies are shared by all ports of a host, so the name carries the port: two dashboards must not sign each other out.</summary>
    public string CookieName { get; } = $"aspire-dashboard-{options.Url.Port}";

    /// <summary>A new session's secret, or null when the token is not the current one.</summary>
    public string? Enter(string token)
    {
        Uri link;
        string session;
        lock (gate)
        {
            if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(options.LoginToken))) return null;
            options.LoginToken = DashboardOptions.NewSecret();
            link = options.LoginLink;
            session = DashboardOptions.NewSecret();
            sessions.Enqueue(Hash(session));
            if (sessions.Count > MostSessions) sessions.Dequeue();
        }

        options.LoginLinkChanged?.Invoke(link);
        return session;
    }

    public bool Knows(string? session)
    {
        if (string.IsNullOrEmpty(session)) return false;
        var hash = Hash(session);
        lock (gate) return sessions.Contains(hash);
    }

    private static string Hash(string session) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(session)));
}
