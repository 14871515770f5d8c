namespace Switchyard.ServiceDefaults.Egress;

/// <summary>The policy forbids a call. Repeating it cannot help.</summary>
public sealed class EgressBlockedException : Exception
{
    /// <summary>The problem code shown for it.</summary>
    public const string Code = "EGRESS_BLOCKED";

    public EgressBlockedException(Uri? url, string reason)
        : base($"The egress policy forbids {(url is null ? "this call" : Where(url))}: {reason}.") => Reason = reason;

    /// <summary>The same block, without the HTTP stack's wrapping.</summary>
    public EgressBlockedException(EgressBlockedException blocked, Exception wrapping) : base(blocked.Message, wrapping) => Reason = blocked.Reason;

    public string Reason { get; }

    /// <summary>The block behind an exception of the HTTP stack, which wraps what its connect callback throws; else null.</summary>
    public static EgressBlockedException? Behind(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is EgressBlockedException blocked) return blocked;
        }

        return null;
    }

    /// <summary>Scheme, host, port and path: a query may hold what must not be logged.</summary>
    internal static string Where(Uri url) => url.IsAbsoluteUri ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "this URL";
}
