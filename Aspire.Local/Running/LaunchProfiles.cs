using System.Text.Json;

namespace Aspire.Hosting.Running;

/// <summary>Reads Properties/launchSettings.json beside a project.</summary>
internal static class LaunchProfiles
{
    private static readonly JsonSerializerOptions Lenient = new() { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The named profile, else the first that runs the project; none is no error unless asked for strictly.</summary>
    public static LaunchProfile? Choose(IProjectMetadata project, string? name, bool strict)
    {
        var profiles = (project.LaunchSettings ?? Read(Path.GetDirectoryName(project.ProjectPath)!))?.Profiles ?? [];
        if (name is not null && profiles.TryGetValue(name, out var named))
        {
            return named;
        }

        return strict && name is not null
            ? throw new DistributedApplicationException($"Project '{project.ProjectPath}' has no launch profile '{name}'.")
            : profiles.Values.FirstOrDefault(profile => string.Equals(profile.CommandName, "Project", StringComparison.OrdinalIgnoreCase));
    }

    public static LaunchSettings? Read(string projectDirectory)
    {
        var file = Path.Combine(projectDirectory, "Properties", "launchSettings.json");
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(file), Lenient);
        }
        catch (JsonException e)
        {
            throw new DistributedApplicationException($"{file} is not valid JSON: {e.Message}", e);
        }
    }
}
