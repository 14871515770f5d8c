namespace Aspire.Dashboard.Resources;

/// <summary>Which values stay on the server until someone asks for them one by one.</summary>
internal static class Masking
{
    // The model marks parameters that are secret; what a process received besides can only be guessed by its name.
    private static readonly string[] Telling = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PWD", "CREDENTIAL", "CONNECTIONSTRINGS", "DATABASE_URL", "REDIS_URL", "_URI", "OTLP_HEADERS"];

    public static bool Hides(ResourceVariable variable) =>
        variable.IsSecret || Array.Exists(Telling, word => variable.Name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
