using Microsoft.Extensions.Options;

namespace Switchyard.DefinitionsService.Environments;

/// <summary>The environments that a version passes, in order.</summary>
public sealed class EnvironmentOptions
{
    /// <summary>First to last; a new version becomes active in the first. Default dev, staging, prod.</summary>
    public IList<string> Chain { get; set; } = [];
}

/// <summary>Knows the order of the environments: what comes first, and what comes before what.</summary>
public sealed class EnvironmentChain(IOptions<EnvironmentOptions> options)
{
    private static readonly string[] Default = ["dev", "staging", "prod"];

    public IReadOnlyList<string> All { get; } = options.Value.Chain is { Count: > 0 } chain ? [.. chain] : Default;

    /// <summary>Where an applied version becomes active.</summary>
    public string First => All[0];

    public bool Contains(string environment) => All.Contains(environment, StringComparer.Ordinal);

    /// <summary>The environment that a version must have passed before this one; null for the first.</summary>
    public string? Before(string environment)
    {
        var place = All.ToList().IndexOf(environment);
        return place > 0 ? All[place - 1] : null;
    }
}

/// <summary>Refuses a chain in which an environment has no usable name or comes twice.</summary>
public sealed class EnvironmentOptionsRules : IValidateOptions<EnvironmentOptions>
{
    public ValidateOptionsResult Validate(string? name, EnvironmentOptions options)
    {
        var bad = options.Chain.FirstOrDefault(environment => !Slugs.IsSlug(environment));
        if (bad is not null)
        {
            return ValidateOptionsResult.Fail($"Environments:Chain names '{bad}'; use lower-case letters, digits and dashes.");
        }

        return options.Chain.Distinct(StringComparer.Ordinal).Count() == options.Chain.Count
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Environments:Chain names an environment twice; each version passes each environment once.");
    }
}
