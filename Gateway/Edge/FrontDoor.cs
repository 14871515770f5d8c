using System.Reflection;

namespace Switchyard.Gateway.Edge;

/// <summary>Tells whoever knocks at <c>/</c> what this is and where to read on.</summary>
public static class FrontDoor
{
    private static readonly string Version =
        typeof(FrontDoor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public static WebApplication MapFrontDoor(this WebApplication app)
    {
        app.MapGet("/", () => TypedResults.Ok(new Answer(
            "Switchyard", "A governed workflow-automation hub.", Version,
            new Links("/v1/schema/workflow.json", "/openapi/v1.json", "/healthz", "/readyz")))).ExcludeFromDescription();
        return app;
    }

    public sealed record Answer(string Name, string Description, string Version, Links Links);

    public sealed record Links(string Schema, string Openapi, string Health, string Readiness);
}
