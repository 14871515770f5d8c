using System.CommandLine;
using System.Text.Json;
using Switchyard.Cli.Output;

namespace Switchyard.Cli.Hub;

/// <summary><c>yard status</c>: is the hub ready, and each service behind it.</summary>
internal static class StatusCommand
{
    public static Command Create(Yard yard)
    {
        var command = new Command("status", "Say whether the hub is ready, and each of its services.");
        yard.HandleWithHub(command, async (_, hub, screen, stop) =>
        {
            var (ready, text) = await hub.ReadinessAsync(stop);
            if (screen.Json)
            {
                screen.Line(text);
            }
            else
            {
                Write(text, ready, hub, screen);
            }

            return ready
                ? ExitCode.Ok
                : throw new Failure(ExitCode.Unreachable, "The hub is not ready.", "The list above names the part; its log is in the dashboard and in the hub's console.");
        });
        return command;
    }

    // { "status": "ready", "checks": [ { "name": "definitions", "status": "healthy", "description": "…", "durationMs": 3 } ] }
    private static void Write(string text, bool ready, HubClient hub, Screen screen)
    {
        screen.Line($"hub      {hub.Address.Url.ToString().TrimEnd('/')}  {(ready ? "ready" : "not ready")}");
        screen.Line($"org      {hub.Address.Org}");
        screen.Line($"token    {(hub.Address.Token is null ? "none" : "set")}");
        var table = new Columns("SERVICE", "STATUS", "TOOK", "NOTE");
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.TryGetProperty("checks", out var checks))
            {
                foreach (var check in checks.EnumerateArray())
                {
                    table.Add(Text(check, "name"), Text(check, "status"), Took(check), Text(check, "description"));
                }
            }
        }
        catch (JsonException)
        {
            return; // something between us and the hub answered; the first line says what is known
        }

        if (table.Count > 0)
        {
            screen.Line();
            table.Write(screen);
        }
    }

    private static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Took(JsonElement check) =>
        check.TryGetProperty("durationMs", out var value) && value.TryGetDouble(out var milliseconds) ? $"{milliseconds:0} ms" : null;
}
