using System.Collections;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a process, a container, a database in one, a parameter, a connection string.</summary>
public interface IResource
{
    /// <summary>The name that is unique in the application.</summary>
    string Name { get; }

    /// <summary>What is attached to the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>Something attached to a resource.</summary>
public interface IResourceAnnotation
{
}

/// <summary>The annotations of a resource.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>
{
    /// <summary>Makes an empty collection.</summary>
    public ResourceAnnotationCollection()
        : base(new Annotations())
    {
    }

    internal T[] Of<T>() => [.. ((Annotations)Items).OfType<T>()];

    // Annotations are read by runner threads while start-up callbacks still add some: readers get the list as it was.
    private sealed class Annotations : IList<IResourceAnnotation>
    {
        private ImmutableList<IResourceAnnotation> items = [];

        public int Count => items.Count;

        public bool IsReadOnly => false;

        public IResourceAnnotation this[int index]
        {
            get => items[index];
            set => Change(list => list.SetItem(index, value));
        }

        public void Add(IResourceAnnotation item) => Change(list => list.Add(item));

        public void Insert(int index, IResourceAnnotation item) => Change(list => list.Insert(Math.Min(index, list.Count), item));

        public bool Remove(IResourceAnnotation item)
        {
            var before = Count;
            Change(list => list.Remove(item));
            return Count < before;
        }

        public void RemoveAt(int index) => Change(list => list.RemoveAt(index));

        public void Clear() => Change(list => list.Clear());

        public bool Contains(IResourceAnnotation item) => items.Contains(item);

        public int IndexOf(IResourceAnnotation item) => items.IndexOf(item);

        public void CopyTo(IResourceAnnotation[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

        public IEnumerator<IResourceAnnotation> GetEnumerator() => items.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private void Change(Func<ImmutableList<IResourceAnnotation>, ImmutableList<IResourceAnnotation>> change) => ImmutableInterlocked.Update(ref items, change);
    }
}

/// <summary>What adding an annotation does to those of its type.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>Adds to them.</summary>
    Append = 0,

    /// <summary>Takes their place.</summary>
    Replace = 1,
}

/// <summary>The base of resources.</summary>
public abstract class Resource : IResource
{
    /// <summary>Makes a resource with a valid name.</summary>
    protected Resource(string name)
    {
        ResourceNames.Check(name);
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>The resources of an application.</summary>
public interface IResourceCollection : IList<IResource>
{
    /// <summary>Finds a resource by name, ignoring case.</summary>
    bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource);
}

/// <summary>The application as a whole.</summary>
public class DistributedApplicationModel
{
    /// <summary>Makes a model of the given resources.</summary>
    public DistributedApplicationModel(IResourceCollection resources) => Resources = resources;

    /// <summary>All resources.</summary>
    public IResourceCollection Resources { get; }
}

/// <summary>Builds on one resource.</summary>
public interface IResourceBuilder<out T>
    where T : IResource
{
    /// <summary>The application being built.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>The resource.</summary>
    T Resource { get; }

    /// <summary>Attaches a new annotation.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation, new()
        => WithAnnotation(new TAnnotation(), behavior);

    /// <summary>Attaches an annotation.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation;
}

/// <summary>A resource that takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource
{
}

/// <summary>A resource that takes command line arguments.</summary>
public interface IResourceWithArgs : IResource
{
}

/// <summary>A resource that listens somewhere.</summary>
public interface IResourceWithEndpoints : IResource
{
}

/// <summary>A resource whose start can wait for others.</summary>
public interface IResourceWithWaitSupport : IResource
{
}

/// <summary>A resource that lives inside another.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The other.</summary>
    IResource Parent { get; }
}

/// <summary>A resource that lives inside another of a known type.</summary>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    /// <summary>The other.</summary>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    public bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource)
    {
        resource = Items.FirstOrDefault(item => string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase));
        return resource is not null;
    }
}

internal static class ResourceNames
{
    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > 64 || !char.IsAsciiLetter(name[0]) || name.EndsWith('-') || name.Contains("--", StringComparison.Ordinal)
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
        {
            throw new ArgumentException($"Resource name '{name}' is invalid: use at most 64 letters, digits and single hyphens, beginning with a letter and not ending with a hyphen.", nameof(name));
        }
    }
}
