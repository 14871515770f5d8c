using System.Text.Json.Serialization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting
{
    /// <summary>Where a project is, made at build time from the project references of the AppHost.</summary>
    public interface IProjectMetadata : IResourceAnnotation
    {
        /// <summary>The project file.</summary>
        string ProjectPath { get; }

        /// <summary>The launch settings, when given in code.</summary>
        LaunchSettings? LaunchSettings => null;

        /// <summary>Whether the project is built already.</summary>
        bool SuppressBuild => false;
    }

    /// <summary>What launchSettings.json holds.</summary>
    public sealed class LaunchSettings
    {
        /// <summary>The profiles by name.</summary>
        [JsonPropertyName("profiles")]
        public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];
    }

    /// <summary>A profile of launchSettings.json.</summary>
    public sealed class LaunchProfile
    {
        /// <summary>Project or Executable.</summary>
        [JsonPropertyName("commandName")]
        public string? CommandName { get; set; }

        /// <summary>Arguments of the command line.</summary>
        [JsonPropertyName("commandLineArgs")]
        public string? CommandLineArgs { get; set; }

        /// <summary>Addresses to listen on, separated by semicolons.</summary>
        [JsonPropertyName("applicationUrl")]
        public string? ApplicationUrl { get; set; }

        /// <summary>Environment variables.</summary>
        [JsonPropertyName("environmentVariables")]
        public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
    }

    /// <summary>A resource others find by name.</summary>
    public interface IResourceWithServiceDiscovery : IResourceWithEndpoints
    {
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A .NET project, run as a process.</summary>
    public class ProjectResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
    {
        /// <summary>Makes a project resource.</summary>
        public ProjectResource(string name)
            : base(name)
        {
        }
    }

    /// <summary>A program, run as a process.</summary>
    public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
    {
        /// <summary>Makes an executable resource.</summary>
        public ExecutableResource(string name, string command, string workingDirectory)
            : base(name)
        {
            Command = command;
            WorkingDirectory = workingDirectory;
        }

        /// <summary>The program.</summary>
        public string Command { get; }

        /// <summary>Where it runs.</summary>
        public string WorkingDirectory { get; }
    }

    /// <summary>A container, run by docker or podman.</summary>
    public class ContainerResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
    {
        /// <summary>Makes a container resource.</summary>
        public ContainerResource(string name, string? entrypoint = null)
            : base(name) => Entrypoint = entrypoint;

        /// <summary>The entry point, when not that of the image.</summary>
        public string? Entrypoint { get; set; }
    }

    /// <summary>The image of a container.</summary>
    public sealed class ContainerImageAnnotation : IResourceAnnotation
    {
        /// <summary>The image's name.</summary>
        public required string Image { get; set; }

        /// <summary>The registry it comes from.</summary>
        public string? Registry { get; set; }

        /// <summary>The tag.</summary>
        public string? Tag { get; set; }

        internal string Reference => $"{(Registry is null ? "" : Registry + "/")}{Image}{(Tag is null ? "" : ":" + Tag)}";
    }

    /// <summary>What a container sees of the machine's disk.</summary>
    public sealed class ContainerMountAnnotation : IResourceAnnotation
    {
        /// <summary>Mounts a folder or a volume.</summary>
        public ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly)
        {
            Source = source;
            Target = target;
            Type = type;
            IsReadOnly = isReadOnly;
        }

        /// <summary>The folder or the volume's name.</summary>
        public string? Source { get; }

        /// <summary>Where it appears in the container.</summary>
        public string Target { get; }

        /// <summary>Folder or volume.</summary>
        public ContainerMountType Type { get; }

        /// <summary>Whether the container may not write to it.</summary>
        public bool IsReadOnly { get; }
    }

    /// <summary>What is mounted.</summary>
    public enum ContainerMountType
    {
        /// <summary>A folder of the machine.</summary>
        BindMount = 0,

        /// <summary>A named volume.</summary>
        Volume = 1,
    }

    /// <summary>How many processes run the project.</summary>
    public sealed class ReplicaAnnotation : IResourceAnnotation
    {
        /// <summary>Says how many.</summary>
        public ReplicaAnnotation(int replicas = 1) => Replicas = replicas;

        /// <summary>How many.</summary>
        public int Replicas { get; }
    }
}
