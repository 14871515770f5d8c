using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting
{
    /// <summary>A parameter has no value.</summary>
    public class MissingParameterValueException : DistributedApplicationException
    {
        /// <summary>Says which and how to give it.</summary>
        public MissingParameterValueException(string message)
            : base(message)
        {
        }

        /// <summary>Says which and how to give it.</summary>
        public MissingParameterValueException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A connection string made of other values.</summary>
    public sealed class ConnectionStringResource : Resource, IResourceWithConnectionString, IResourceWithWaitSupport
    {
        /// <summary>Makes a connection string resource.</summary>
        public ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
            : base(name) => ConnectionStringExpression = connectionStringExpression;

        /// <inheritdoc/>
        public ReferenceExpression ConnectionStringExpression { get; }
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A value that the one who starts or deploys the application gives.</summary>
    public class ParameterResource : Resource, IExpressionValue
    {
        private readonly Lazy<string> value;

        internal ParameterResource(string name, Func<string> read, bool secret, bool isConnectionString = false, string? publishDefault = null, int? generateLength = null)
            : base(name)
        {
            value = new(read);
            Secret = secret;
            IsConnectionString = isConnectionString;
            PublishDefault = publishDefault;
            GenerateLength = generateLength;
        }

        /// <summary>Whether it must not be shown.</summary>
        public bool Secret { get; }

        /// <summary>Whether it is a connection string.</summary>
        public bool IsConnectionString { get; set; }

        /// <summary>What it is for.</summary>
        public string? Description { get; set; }

        /// <inheritdoc/>
        public string ValueExpression => IsConnectionString ? $"{{{Name}.connectionString}}" : $"{{{Name}.value}}";

        /// <summary>The default that the manifest states.</summary>
        internal string? PublishDefault { get; }

        /// <summary>The least length when the deployer shall generate it.</summary>
        internal int? GenerateLength { get; }

        /// <inheritdoc/>
        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(value.Value);
    }

    /// <summary>A connection string that the configuration gives.</summary>
    internal sealed class ConfiguredConnectionString(string name, Func<string> read, string? environmentVariable)
        : ParameterResource(name, read, secret: true, isConnectionString: true), IResourceWithConnectionString
    {
        public string? ConnectionStringEnvironmentVariable => environmentVariable;

        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{(ParameterResource)this}");

        public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);

        string IManifestExpressionProvider.ValueExpression => ValueExpression;

        ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(cancellationToken);

        ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken) => GetValueAsync(cancellationToken);
    }
}
