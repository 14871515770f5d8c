using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.FeatureManagement;

namespace Switchyard.RunnerService.Flags;

/// <summary>Which organization a flag is asked for.</summary>
public sealed record OrgContext(string Org);

/// <summary>On for the organizations named, and for a percentage of all others that is the same ones every time.</summary>
[FilterAlias(Alias)]
public sealed class OrgFilter : IContextualFeatureFilter<OrgContext>
{
    public const string Alias = "Switchyard.Org";

    public Task<bool> EvaluateAsync(FeatureFilterEvaluationContext featureFilterContext, OrgContext appContext)
    {
        var orgs = featureFilterContext.Parameters.GetSection("Orgs").Get<string[]>() ?? [];
        var percentage = featureFilterContext.Parameters.GetValue("Percentage", 100d);
        return Task.FromResult(orgs.Contains(appContext.Org, StringComparer.Ordinal) || Bucket(featureFilterContext.FeatureName, appContext.Org) < percentage);
    }

    /// <summary>A number from 0 to just below 100 that belongs to an organization and a feature for good.</summary>
    public static double Bucket(string feature, string org) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{feature}/{org}"))) / (double)uint.MaxValue * 99.999;
}
