namespace Switchyard.DefinitionsService.Organizations;

/// <summary>What routes ask of the organization in them.</summary>
public static class OrganizationRules
{
    /// <summary>404 on <c>{org}</c> routes when there is no such organization, so that an empty list always means "none yet".</summary>
    public static TBuilder RequireKnownOrg<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddEndpointFilter(async (call, next) =>
        {
            var http = call.HttpContext;
            var org = (string)http.GetRouteValue("org")!;
            var organizations = http.RequestServices.GetRequiredService<OrganizationStore>();
            return await organizations.ExistsAsync(org, http.RequestAborted) ? await next(call) : Unknown.Org(org);
        });
}
