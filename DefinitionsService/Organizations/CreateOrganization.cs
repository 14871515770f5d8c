using Switchyard.ServiceDefaults;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.DefinitionsService.Organizations;

/// <summary>Adds an organization together with the first entry of its audit log.</summary>
public sealed class CreateOrganization(Database database, OrganizationStore organizations, AuditWriter audit, TimeProvider clock)
{
    /// <summary>The organization under this id; not new when somebody made it before.</summary>
    public async Task<(Organization Organization, bool IsNew)> CreateAsync(string id, string name, Caller caller, CancellationToken stop)
    {
        var organization = new Organization { Id = id, Name = name, CreatedAt = DapperSetup.ToStoredPrecision(clock.GetUtcNow()) };
        var isNew = await database.InTransactionAsync(
            async (connection, transaction) =>
            {
                if (!await OrganizationStore.TryInsertAsync(connection, transaction, organization, stop))
                {
                    return false;
                }

                await audit.WriteAsync(
                    connection, transaction, caller.Entry(id, "organization.created", $"orgs/{id}", new { After = organization }), stop);
                return true;
            },
            stop);
        return isNew ? (organization, true) : ((await organizations.FindAsync(id, stop))!, false);
    }
}
