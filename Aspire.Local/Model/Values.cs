namespace Aspire.Hosting.ApplicationModel;

/// <summary>Gives a value when the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>The value as the asking resource sees it.</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);
}

/// <summary>Gives an expression for the manifest.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The expression, such as <c>{redis.connectionString}</c>.</summary>
    string ValueExpression { get; }
}

/// <summary>A value when running, an expression when publishing.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider
{
}

/// <summary>A value that names others.</summary>
public interface IValueWithReferences
{
    /// <summary>The others.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>Who asks for a value.</summary>
public class ValueProviderContext
{
    /// <summary>The application's mode.</summary>
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }

    /// <summary>The asking resource.</summary>
    public IResource? Caller { get; init; }

    /// <summary>Which replica of the caller asks; ports differ between them.</summary>
    internal int Replica { get; init; }
}

/// <summary>A resource that can be connected to by a string.</summary>
public interface IResourceWithConnectionString : IResource, IExpressionValue, IValueWithReferences
{
    /// <summary>The connection string.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

    ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

    /// <summary>What the connection string is made of.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>The variable that carries it, when not <c>ConnectionStrings__NAME</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];

    /// <summary>The parts of the connection by name, such as Host and Port.</summary>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];
}

/// <summary>A connection string as a value.</summary>
public class ConnectionStringReference : IExpressionValue, IValueWithReferences
{
    /// <summary>Refers to the connection string of a resource.</summary>
    public ConnectionStringReference(IResourceWithConnectionString resource, bool optional)
    {
        Resource = resource;
        Optional = optional;
    }

    /// <summary>The resource.</summary>
    public IResourceWithConnectionString Resource { get; }

    /// <summary>Whether a missing connection string is no error.</summary>
    public bool Optional { get; }

    string IManifestExpressionProvider.ValueExpression => Resource.ValueExpression;

    IEnumerable<object> IValueWithReferences.References => [Resource];

    async ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Resource.GetConnectionStringAsync(cancellationToken);
        return !string.IsNullOrEmpty(value) || Optional
            ? value
            : throw new DistributedApplicationException($"The connection string of '{Resource.Name}' is empty; set ConnectionStrings:{Resource.Name}.");
    }

    ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken) => ((IValueProvider)this).GetValueAsync(cancellationToken);
}
