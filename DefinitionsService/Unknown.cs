using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Problems;
using Switchyard.DefinitionsService.Environments;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService;

/// <summary>The 404 answers: each names what was looked for and where to look instead.</summary>
public static class Unknown
{
    public static ProblemHttpResult Org(string org) => Of(
        ProblemCodes.OrgNotFound, "No such organization", $"There is no organization '{org}', or this token may not see it.");

    public static ProblemHttpResult Workflow(string org, string slug) => Of(
        ProblemCodes.WorkflowNotFound, "No such workflow",
        $"Organization '{org}' has no workflow '{slug}'. GET /v1/orgs/{org}/workflows lists those it has.");

    public static ProblemHttpResult Version(string slug, string version, string latest) => Of(
        ProblemCodes.VersionNotFound, "No such version",
        $"Workflow '{slug}' has no version '{version}'. The latest is {latest}; GET …/workflows/{slug}/versions lists all.");

    public static ProblemHttpResult Active(string slug, string environment) => Of(
        ProblemCodes.VersionNotFound, "No active version", $"No version of workflow '{slug}' is active in environment '{environment}'.");

    public static ProblemHttpResult Baseline(string slug, string version) => Of(
        ProblemCodes.VersionNotFound, "Nothing to compare with",
        $"Workflow '{slug}' has no released version below {version}. Name one with ?from=.");

    public static ProblemHttpResult Environment(string environment, EnvironmentChain chain) => Of(
        ProblemCodes.EnvironmentNotFound, "No such environment",
        $"There is no environment '{environment}'. The chain is {string.Join(" → ", chain.All)}.");

    private static ProblemHttpResult Of(string code, string title, string detail) =>
        Problem.Of(StatusCodes.Status404NotFound, code, title, detail);
}
