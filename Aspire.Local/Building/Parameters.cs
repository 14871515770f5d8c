using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds parameters and connection strings of the configuration.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter that the configuration gives as <c>Parameters:NAME</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false)
        => builder.AddResource(new ParameterResource(name, () => Read(builder.Configuration, name), secret));

    /// <summary>Adds a parameter with a value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
        => builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>Adds a parameter whose value is worked out.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
        => publishValueAsDefault && secret
            ? throw new ArgumentException("A secret cannot be published as a default value.", nameof(secret))
            : builder.AddResource(new ParameterResource(name, valueGetter, secret, publishDefault: publishValueAsDefault ? valueGetter() : null));

    /// <summary>Adds a parameter that the configuration gives under a key of its own.</summary>
    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false)
        => builder.AddResource(new ParameterResource(
            name,
            () => builder.Configuration[configurationKey] ?? throw new MissingParameterValueException($"Parameter '{name}' has no value: set '{configurationKey}' in the configuration of the AppHost."),
            secret));

    /// <summary>Adds a connection string that the configuration gives as <c>ConnectionStrings:NAME</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
        => builder.AddResource(new ConfiguredConnectionString(
            name,
            () => builder.Configuration.GetConnectionString(name) ?? throw new MissingParameterValueException($"Connection string '{name}' has no value: set ConnectionStrings__{name} in the environment, or ConnectionStrings:{name} in the configuration of the AppHost."),
            environmentVariableName));

    /// <summary>Makes a password that is kept in the configuration, or else generated for this run.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true, bool numeric = true, bool special = true, int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0)
    {
        const int length = 22;
        var letters = $"{(lower ? "abcdefghjkmnpqrstuvwxyz" : "")}{(upper ? "ABCDEFGHJKMNPQRSTUVWXYZ" : "")}{(numeric ? "0123456789" : "")}{(special ? "-_" : "")}";
        return new(name, () => builder.Configuration[$"Parameters:{name}"] ?? RandomNumberGenerator.GetString(letters, length), secret: true, generateLength: length);
    }

    private static string Read(ConfigurationManager configuration, string name) => configuration[$"Parameters:{name}"]
        ?? configuration[$"Parameters:{name.Replace('-', '_')}"]
        ?? throw new MissingParameterValueException($"Parameter '{name}' has no value: set Parameters__{name.Replace('-', '_')} in the environment, or Parameters:{name} in the configuration of the AppHost.");
}

/// <summary>Adds connection strings made of other values.</summary>
public static class ConnectionStringBuilderExtensions
{
    /// <summary>Adds a connection string made of other values.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression)
    {
        var added = builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));
        Relations.AddReferences(added, connectionStringExpression);
        return added;
    }

    /// <summary>Adds a connection string made of other values.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(this IDistributedApplicationBuilder builder, string name, Action<ReferenceExpressionBuilder> connectionStringBuilder)
    {
        var pieces = new ReferenceExpressionBuilder();
        connectionStringBuilder(pieces);
        return builder.AddConnectionString(name, pieces.Build());
    }
}
