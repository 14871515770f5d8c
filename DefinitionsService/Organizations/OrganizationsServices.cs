namespace Switchyard.DefinitionsService.Organizations;

/// <summary>Registers what organizations need.</summary>
public static class OrganizationsServices
{
    public static IHostApplicationBuilder AddOrganizations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OrganizationStore>();
        builder.Services.AddSingleton<CreateOrganization>();
        return builder;
    }
}
