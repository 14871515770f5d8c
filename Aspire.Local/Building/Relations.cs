using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Shows the resource under another.</summary>
    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> parent)
        where T : IResource
        => builder.WithParentRelationship(parent.Resource);

    /// <summary>Shows the resource under another.</summary>
    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResource parent)
        where T : IResource
        => builder.WithRelationship(parent, "Parent");

    /// <summary>Relates the resource to another by a word of your own.</summary>
    public static IResourceBuilder<T> WithRelationship<T>(this IResourceBuilder<T> builder, IResource resource, string type)
        where T : IResource
        => builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, type));

    /// <summary>Leaves the resource out of the manifest.</summary>
    public static IResourceBuilder<T> ExcludeFromManifest<T>(this IResourceBuilder<T> builder)
        where T : IResource
        => builder.WithAnnotation(new ManifestExclusion());

    /// <summary>Starts the resource only when told to.</summary>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder)
        where T : IResource
        => builder.WithAnnotation(new ExplicitStartupAnnotation());

    /// <summary>Adds something that can be done with the resource.</summary>
    public static IResourceBuilder<T> WithCommand<T>(this IResourceBuilder<T> builder, string name, string displayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? commandOptions = null)
        where T : IResource
    {
        foreach (var old in builder.Resource.Annotations.Of<ResourceCommandAnnotation>().Where(command => command.Name == name))
        {
            builder.Resource.Annotations.Remove(old);
        }

        return builder.WithAnnotation(new ResourceCommandAnnotation(name, displayName, executeCommand, commandOptions ?? new()));
    }
}

internal static class Relations
{
    public static void Add(IResource from, IResource to, string type)
    {
        if (!from.Annotations.Of<ResourceRelationshipAnnotation>().Any(known => ReferenceEquals(known.Resource, to) && known.Type == type))
        {
            from.Annotations.Add(new ResourceRelationshipAnnotation(to, type));
        }
    }

    public static void AddReferences<T>(IResourceBuilder<T> builder, IValueWithReferences value)
        where T : IResource
    {
        foreach (var reference in value.References)
        {
            switch (reference)
            {
                case IResource resource:
                    Add(builder.Resource, resource, "Reference");
                    break;
                case IValueWithReferences deeper:
                    AddReferences(builder, deeper);
                    break;
            }
        }
    }
}
