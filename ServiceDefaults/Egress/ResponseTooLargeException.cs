namespace Switchyard.ServiceDefaults.Egress;

/// <summary>An answer is longer than its reader was told to accept.</summary>
public sealed class ResponseTooLargeException(long limit) : IOException($"The answer is longer than {limit} bytes.")
{
    public long Limit => limit;
}
