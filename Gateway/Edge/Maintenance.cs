using System.ComponentModel.DataAnnotations;

namespace Switchyard.Gateway.Edge;

/// <summary>Stops the gateway from taking new runs while what is running drains; section <c>Maintenance</c>, followed without a restart.</summary>
public sealed class MaintenanceOptions
{
    public bool Enabled { get; set; }

    /// <summary>What callers are told to wait before they try again. Default 60 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Shown to callers.</summary>
    public string Message { get; set; } = "New runs are not accepted while the hub is under maintenance. Runs that were accepted go on.";
}
