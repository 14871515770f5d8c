using System.Collections;
using System.Diagnostics;

// A service that does what its variables say, so that a test can look at it from outside.
if (Environment.GetEnvironmentVariable("ECHO_FAILS") is { } sentence)
{
    Console.Error.WriteLine(sentence);
    return 1;
}

// A child that would outlive its parent if nobody ended it.
if (Environment.GetEnvironmentVariable("ECHO_CHILD") is { } child)
{
    Process.Start("sleep", child);
}

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
Console.WriteLine("echo speaks");
Console.Error.WriteLine("echo complains");
app.MapGet("/", () => "echo");
app.MapGet("/pid", () => Environment.ProcessId);
app.MapGet("/variables", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value));
app.MapGet("/ready", () => Environment.GetEnvironmentVariable("ECHO_READY_FILE") is not { } file || File.Exists(file) ? Results.Ok() : Results.StatusCode(503));
app.MapPost("/end/{code:int}", (int code) => Environment.Exit(code));
app.Run();
return 0;
