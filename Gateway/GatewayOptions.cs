using System.ComponentModel.DataAnnotations;

namespace Switchyard.Gateway;

/// <summary>How much the gateway lets through and how long it waits; section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>How long a service may stay silent before the gateway answers 504. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for streams, long polls and runs executed inline. Default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LongTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a replica may take to accept a connection before another one is tried. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often each replica is asked whether it lives. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How a replica is chosen per request: PowerOfTwoChoices (default), RoundRobin, LeastRequests or Random.</summary>
    [AllowedValues("PowerOfTwoChoices", "RoundRobin", "LeastRequests", "Random")]
    public string LoadBalancing { get; set; } = "PowerOfTwoChoices";
}
