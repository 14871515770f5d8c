using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Organizations;

/// <summary>Organizations over HTTP, for administrators of the whole hub.</summary>
public static class OrganizationsApi
{
    public static void MapOrganizations(this IEndpointRouteBuilder routes)
    {
        var organizations = routes.MapGroup("/v1/orgs").WithTags("Organizations").RequireScope(Scopes.OpsAdmin).RequireEveryOrg();
        organizations.MapGet("/", ListAsync);
        organizations.MapPost("/", CreateAsync);
    }

    private static async Task<Results<Ok<Page<OrganizationView>>, ProblemHttpResult>> ListAsync(
        [AsParameters] PageQuery query, OrganizationStore organizations, CancellationToken stop)
    {
        if (!query.TryRead(out var page, out var refused))
        {
            return refused;
        }

        var rows = await organizations.ListAsync(page.After ?? "", page.Take, stop);
        return TypedResults.Ok(page.Of(rows, row => row.Id, OrganizationView.Of));
    }

    private static async Task<Results<Created<OrganizationView>, Ok<OrganizationView>, ProblemHttpResult>> CreateAsync(
        NewOrganization request, CreateOrganization create, HttpContext http, CancellationToken stop)
    {
        if (!Slugs.IsSlug(request.Id))
        {
            var message = $"id is {Slugs.Rule}.";
            return Problem.Of(
                StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, "Bad organization", message, [new ProblemError("/id", message)]);
        }

        var name = string.IsNullOrWhiteSpace(request.Name) ? request.Id! : request.Name.Trim();
        if (name.Length > MaxName)
        {
            var message = $"name has at most {MaxName} characters.";
            return Problem.Of(
                StatusCodes.Status400BadRequest, ProblemCodes.InvalidRequest, "Bad organization", message, [new ProblemError("/name", message)]);
        }

        var (organization, isNew) = await create.CreateAsync(request.Id!, name, http.Caller(), stop);
        if (isNew)
        {
            return TypedResults.Created($"/v1/orgs/{organization.Id}/workflows", OrganizationView.Of(organization));
        }

        return organization.Name == name
            ? TypedResults.Ok(OrganizationView.Of(organization))
            : Problem.Of(
                StatusCodes.Status409Conflict, ProblemCodes.OrgExists, "The id is taken",
                $"Organization '{organization.Id}' exists already, with the name '{organization.Name}'. Choose another id.");
    }

    private const int MaxName = 200;
}

/// <summary>Asks for an organization; the name is the id when none is given.</summary>
public sealed record NewOrganization
{
    public string? Id { get; init; }
    public string? Name { get; init; }
}

/// <summary>An organization on the wire.</summary>
public sealed record OrganizationView(string Id, string Name, DateTimeOffset CreatedAt)
{
    public static OrganizationView Of(Organization organization) => new(organization.Id, organization.Name, organization.CreatedAt);
}
