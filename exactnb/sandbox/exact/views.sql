-- The entities that follow from the books: parts of one SELECT each, headed by the name of the
-- entity, or by those of several with the values that go in for {…}. A field that a part does not
-- give is null. `main.X` is what is stored, `temp.X` an entity with its looked-up fields,
-- `temp.Now` holds today; Movements, OpenItems and Ages are sums that books.sql keeps, in cents.

-- Me
SELECT d.Code AS CurrentDivision, d.Code AS AccountingDivision, d.Customer AS DivisionCustomer,
       d.CustomerCode AS DivisionCustomerCode, d.CustomerName AS DivisionCustomerName,
       d.VATNumber AS DivisionCustomerVatNumber,
       strftime('%Y-%m-%dT12:00:00', n.Today / 1000, 'unixepoch') AS ServerTime,
       7200 AS ServerUtcOffset, u.*
FROM main.Users u, main.SystemDivisions d, temp.Now n
WHERE u.rowid = (SELECT min(rowid) FROM main.Users)
  AND d.Code = (SELECT Code FROM main.SystemDivisions ORDER BY IsMainDivision DESC, Code LIMIT 1)

-- Divisions
SELECT d.Code, d.ArchiveDate, d.BlockingStatus, d.Country, c.Description AS CountryDescription,
       d.Created, d.Creator, d.CreatorFullName, d.Currency, v.Description AS CurrencyDescription,
       d.Customer, d.CustomerCode, d.CustomerName, d.Description, d.Hid AS HID,
       d.IsMainDivision AS Main, d.Modified, d.Modifier, d.ModifierFullName, d.OBNumber,
       d.SiretNumber, d.StartDate, d.Status = 2 AS Status, d.TaxOfficeNumber,
       d.TaxReferenceNumber, d.TemplateCode, d.VATNumber, d.Website
FROM temp.SystemDivisions d
LEFT JOIN temp.Labels c ON c.List = 'country' AND c.Code = d.Country
LEFT JOIN temp.Labels v ON v.List = 'currency' AND v.Code = d.Currency

-- SalesEntries: sign=+, journals=20,21
-- PurchaseEntries: sign=-, journals=22,23
SELECT t.EntryID, {sign}m.AmountDC AS AmountDC, {sign}m.AmountFC AS AmountFC, x.BatchNumber, t.Created, m.Creator,
       u.FullName AS CreatorFullName, m.Currency, m.Account AS Customer, m.Account AS Supplier,
       a.Name AS CustomerName, a.Name AS SupplierName,
       t.Description, t.Division, t.Document, t.DocumentNumber, t.DocumentSubject, m.DueDate,
       t.Date AS EntryDate, t.EntryNumber, t.ExternalLinkDescription, t.ExternalLinkReference,
       x.GAccountAmountFC, m.InvoiceNumber, t.IsExtraDuty, t.JournalCode AS Journal,
       j.Description AS JournalDescription, t.Modified, m.Modifier,
       w.FullName AS ModifierFullName, m.OrderNumber, t.PaymentConditionCode AS PaymentCondition,
       p.Description AS PaymentConditionDescription,
       p.PaymentMethod AS PaymentConditionPaymentMethod, t.PaymentReference, x.ProcessNumber,
       m.ExchangeRate AS Rate, t.FinancialPeriod AS ReportingPeriod,
       t.FinancialYear AS ReportingYear, coalesce(x.Reversal, 0) AS Reversal, t.Status,
       s.Description AS StatusDescription, t.Type, k.Description AS TypeDescription,
       (SELECT {flip}sum(CAST(round(v.AmountDC * 100) AS INTEGER)) / 100.0 FROM main.TransactionLines v
        WHERE v.EntryID = t.EntryID AND v.LineNumber >= 9000) AS VATAmountDC,
       (SELECT {flip}sum(CAST(round(v.AmountFC * 100) AS INTEGER)) / 100.0 FROM main.TransactionLines v
        WHERE v.EntryID = t.EntryID AND v.LineNumber >= 9000) AS VATAmountFC,
       x.WithholdingTaxAmountDC, x.WithholdingTaxBaseAmount, x.WithholdingTaxPercentage, m.YourRef
FROM main.Transactions t
JOIN main.Journals j ON j.Division = t.Division AND j.Code = t.JournalCode AND j.Type IN ({journals})
LEFT JOIN main.TransactionLines m ON m.EntryID = t.EntryID AND m.LineNumber = 0
LEFT JOIN main.Accounts a ON a.ID = m.Account
LEFT JOIN main.Users u ON u.UserID = m.Creator
LEFT JOIN main.Users w ON w.UserID = m.Modifier
LEFT JOIN main.PaymentConditions p ON p.Division = t.Division AND p.Code = t.PaymentConditionCode
LEFT JOIN main.EntryExtras x ON x.EntryID = t.EntryID
LEFT JOIN temp.Labels s ON s.List = 'entry_status' AND s.Code = t.Status
LEFT JOIN temp.Labels k ON k.List = 'entry_type' AND k.Code = t.Type

-- SalesEntryLines: sign=-, journals=20,21
-- PurchaseEntryLines: sign=+, journals=22,23
SELECT l.ID, {sign}l.AmountDC AS AmountDC, {sign}l.AmountFC AS AmountFC, l.Asset, l.AssetDescription,
       l.CostCenter, l.CostCenterDescription, l.CostUnit, l.CostUnitDescription, l.Description,
       l.Division, l.EntryID, l.ExtraDutyAmountFC, l.ExtraDutyPercentage, l.GLAccount,
       l.GLAccountCode, l.GLAccountDescription, l.LineNumber, l.Notes, l.Project,
       l.ProjectDescription, l.ProjectWBS, l.ProjectWBSDescription, l.Quantity, l.SerialNumber,
       l.Subscription, l.SubscriptionDescription, l.TrackingNumberDescription, l.Type,
       round({sign}l.AmountVATFC * coalesce(l.ExchangeRate, 1), 2) AS VATAmountDC,
       {sign}l.AmountVATFC AS VATAmountFC,
       iif(l.VATCode IS NULL, NULL, {sign}l.AmountDC) AS VATBaseAmountDC,
       iif(l.VATCode IS NULL, NULL, {sign}l.AmountFC) AS VATBaseAmountFC, l.VATCode, l.VATCodeDescription, l.VATPercentage,
       x.Expense, x.PrivateUsePercentage, x.VATNonDeductiblePercentage, x.WithholdingAmountDC,
       x.WithholdingTax, x."From", x."To", x.IntraStatArea, x.IntraStatCountry, x.IntraStatDeliveryTerm,
       x.IntraStatTransactionA, x.IntraStatTransactionB, x.IntraStatTransportMethod,
       x.StatisticalNetWeight, x.StatisticalNumber, x.StatisticalQuantity, x.StatisticalValue,
       x.TaxSchedule, x.TrackingNumber
FROM temp.TransactionLines l
JOIN main.Journals j ON j.Division = l.Division AND j.Code = l.JournalCode AND j.Type IN ({journals})
LEFT JOIN main.LineExtras x ON x.ID = l.ID
WHERE l.LineNumber BETWEEN 1 AND 8999

-- BankEntries
SELECT t.EntryID, x.BankStatementDocument, t.ClosingBalanceFC, t.Created,
       (SELECT m.Currency FROM main.TransactionLines m WHERE m.EntryID = t.EntryID) AS Currency,
       t.Division, t.EntryNumber, t.FinancialPeriod, t.FinancialYear, t.JournalCode,
       t.JournalDescription, t.Modified, t.OpeningBalanceFC, t.Status, t.StatusDescription
FROM temp.Transactions t
JOIN main.Journals j ON j.Division = t.Division AND j.Code = t.JournalCode AND j.Type = 12
LEFT JOIN main.EntryExtras x ON x.EntryID = t.EntryID

-- BankEntryLines
SELECT l.ID, l.Account, l.AccountCode, l.AccountName, -l.AmountDC AS AmountDC,
       -l.AmountFC AS AmountFC, -l.AmountVATFC AS AmountVATFC, l.Asset, l.AssetCode,
       l.AssetDescription, l.CostCenter, l.CostCenterDescription, l.CostUnit,
       l.CostUnitDescription, l.Created, l.Creator, l.CreatorFullName, l.Date, l.Description,
       l.Division, l.Document, l.DocumentNumber, l.DocumentSubject, l.EntryID, l.EntryNumber,
       l.ExchangeRate, l.GLAccount, l.GLAccountCode, l.GLAccountDescription, l.LineNumber,
       l.Modified, l.Modifier, l.ModifierFullName, l.Notes, l.OffsetID,
       coalesce(x.OurRef, l.InvoiceNumber) AS OurRef, l.Project, l.ProjectCode,
       l.ProjectDescription, l.ProjectWBS, l.ProjectWBSDescription, l.Quantity, l.VATCode,
       l.VATCodeDescription, l.VATPercentage, l.VATType
FROM temp.TransactionLines l
JOIN main.Journals j ON j.Division = l.Division AND j.Code = l.JournalCode AND j.Type = 12
LEFT JOIN main.LineExtras x ON x.ID = l.ID
WHERE l.LineNumber BETWEEN 1 AND 8999

-- GeneralJournalEntries
SELECT t.EntryID, t.Created, t.Division, t.EntryNumber, t.FinancialPeriod, t.FinancialYear,
       (SELECT m.Currency FROM main.TransactionLines m WHERE m.EntryID = t.EntryID) AS Currency,
       (SELECT m.ExchangeRate FROM main.TransactionLines m WHERE m.EntryID = t.EntryID)
       AS ExchangeRate, t.JournalCode, t.JournalDescription, t.Modified,
       coalesce(x.Reversal, 0) AS Reversal, t.Status, t.StatusDescription, t.Type,
       t.TypeDescription
FROM temp.Transactions t
JOIN main.Journals j ON j.Division = t.Division AND j.Code = t.JournalCode AND j.Type = 90
LEFT JOIN main.EntryExtras x ON x.EntryID = t.EntryID

-- GeneralJournalEntryLines
SELECT l.ID, l.Account, l.AccountCode, l.AccountName, l.AmountDC, l.AmountFC,
       round(l.AmountVATFC * coalesce(l.ExchangeRate, 1), 2) AS AmountVATDC, l.AmountVATFC,
       l.Asset, l.AssetCode, l.AssetDescription, l.CostCenter, l.CostCenterDescription,
       l.CostUnit, l.CostUnitDescription, l.Created, l.Creator, l.CreatorFullName, l.Date,
       l.Description, l.Division, l.Document, l.DocumentNumber, l.DocumentSubject, l.EntryID,
       l.EntryNumber, l.GLAccount, l.GLAccountCode, l.GLAccountDescription, l.LineNumber,
       l.Modified, l.Modifier, l.ModifierFullName, l.Notes, l.OffsetID,
       coalesce(x.OurRef, l.InvoiceNumber) AS OurRef, l.Project, l.ProjectCode,
       l.ProjectDescription, l.ProjectWBS, l.ProjectWBSDescription, l.Quantity,
       iif(l.VATCode IS NULL, NULL, l.AmountDC) AS VATBaseAmountDC,
       iif(l.VATCode IS NULL, NULL, l.AmountFC) AS VATBaseAmountFC, l.VATCode, l.VATCodeDescription, l.VATPercentage,
       l.VATType
FROM temp.TransactionLines l
JOIN main.Journals j ON j.Division = l.Division AND j.Code = l.JournalCode AND j.Type = 90
LEFT JOIN main.LineExtras x ON x.ID = l.ID
WHERE l.LineNumber < 9000

-- ReportingBalance
SELECT r.rowid AS ID, r.Cents / 100.0 AS Amount, r.Credit / 100.0 AS AmountCredit,
       r.Debit / 100.0 AS AmountDebit, g.BalanceType, r.CostCenter AS CostCenterCode,
       r.CostUnit AS CostUnitCode, r.Count, r.Division, r.GLAccount, g.Code AS GLAccountCode,
       g.Description AS GLAccountDescription, r.FinancialPeriod AS ReportingPeriod,
       r.FinancialYear AS ReportingYear, r.Status, r.Type
FROM temp.Movements r LEFT JOIN main.GLAccounts g ON g.ID = r.GLAccount

-- ReceivablesList: side=20
-- PayablesList: side=22
SELECT l.rowid AS HID, a.Code AS AccountCode, l.Account AS AccountId, a.Name AS AccountName,
       -o.Cents / 100.0 AS Amount, 0 AS AmountInTransit, 1 AS ApprovalStatus,
       d.Currency AS CurrencyCode,
       l.Description, l.DueDate, l.EntryNumber, l.Date AS InvoiceDate, l.InvoiceNumber,
       l.JournalCode, j.Description AS JournalDescription, iif(o.Invoice, l.YourRef, NULL) AS YourRef,
       l.Division
FROM temp.OpenItems o
JOIN main.TransactionLines l ON l.rowid = o.Line
LEFT JOIN main.Accounts a ON a.ID = l.Account
LEFT JOIN main.Journals j ON j.Division = l.Division AND j.Code = l.JournalCode
LEFT JOIN main.SystemDivisions d ON d.Code = l.Division
WHERE o.Side = {side} AND o.Cents <> 0

-- AgingReceivablesList: side=20, sign=+
-- AgingPayablesList: side=22, sign=-
SELECT g.Account AS AccountId, a.Code AS AccountCode, a.Name AS AccountName,
       1 AS AgeGroup1, {sign}g.Cents1 / 100.0 AS AgeGroup1Amount, w1.Description AS AgeGroup1Description,
       2 AS AgeGroup2, {sign}g.Cents2 / 100.0 AS AgeGroup2Amount, w2.Description AS AgeGroup2Description,
       3 AS AgeGroup3, {sign}g.Cents3 / 100.0 AS AgeGroup3Amount, w3.Description AS AgeGroup3Description,
       4 AS AgeGroup4, {sign}g.Cents4 / 100.0 AS AgeGroup4Amount, w4.Description AS AgeGroup4Description,
       d.Currency AS CurrencyCode, {sign}g.Cents / 100.0 AS TotalAmount, g.Division
FROM temp.Ages g
LEFT JOIN main.Accounts a ON a.ID = g.Account
LEFT JOIN main.SystemDivisions d ON d.Code = g.Division
LEFT JOIN temp.Labels w1 ON w1.List = 'age_group' AND w1.Code = 1
LEFT JOIN temp.Labels w2 ON w2.List = 'age_group' AND w2.Code = 2
LEFT JOIN temp.Labels w3 ON w3.List = 'age_group' AND w3.Code = 3
LEFT JOIN temp.Labels w4 ON w4.List = 'age_group' AND w4.Code = 4
WHERE g.Side = {side}

-- AgingOverview
SELECT w.Code AS AgeGroup, w.Description AS AgeGroupDescription, d.Currency AS CurrencyCode,
       coalesce((SELECT sum(CASE w.Code WHEN 1 THEN Cents1 WHEN 2 THEN Cents2 WHEN 3 THEN Cents3
                 WHEN 4 THEN Cents4 ELSE Cents END) FROM temp.Ages g
                 WHERE g.Division = d.Code AND g.Side = 20), 0) / 100.0 AS AmountReceivable,
       coalesce(-(SELECT sum(CASE w.Code WHEN 1 THEN Cents1 WHEN 2 THEN Cents2 WHEN 3 THEN Cents3
                  WHEN 4 THEN Cents4 ELSE Cents END) FROM temp.Ages g
                  WHERE g.Division = d.Code AND g.Side = 22), 0) / 100.0 AS AmountPayable,
       d.Code AS Division
FROM main.SystemDivisions d JOIN temp.Labels w ON w.List = 'age_group'

-- OutstandingInvoicesOverview
SELECT d.Currency AS CurrencyCode, d.Code AS Division,
       total(iif(o.Side = 20, o.Cents, 0)) / 100.0 AS OutstandingReceivableInvoiceAmount,
       total(o.Side = 20) AS OutstandingReceivableInvoiceCount,
       total(iif(o.Side = 20 AND o.Due < n.Today, o.Cents, 0)) / 100.0
       AS OverdueReceivableInvoiceAmount,
       total(o.Side = 20 AND o.Due < n.Today) AS OverdueReceivableInvoiceCount,
       total(iif(o.Side = 22, -o.Cents, 0)) / 100.0 AS OutstandingPayableInvoiceAmount,
       total(o.Side = 22) AS OutstandingPayableInvoiceCount,
       total(iif(o.Side = 22 AND o.Due < n.Today, -o.Cents, 0)) / 100.0
       AS OverduePayableInvoiceAmount,
       total(o.Side = 22 AND o.Due < n.Today) AS OverduePayableInvoiceCount
FROM main.SystemDivisions d JOIN temp.Now n
LEFT JOIN temp.OpenItems o ON o.Division = d.Code AND o.Cents <> 0 AND o.Invoice
GROUP BY d.Code

-- Receivables: side=20, sign=+
-- Payments: side=22, sign=-
SELECT l.ID, l.Account, a.Code AS AccountCode, a.Country AS AccountCountry, a.Name AS AccountName,
       -o.Cents / 100.0 AS AmountDC, -o.CentsFC / 100.0 AS AmountFC, 0 AS AmountDiscountDC,
       0 AS AmountDiscountFC, l.Created, l.Creator, u.FullName AS CreatorFullName, l.Currency,
       l.Description, l.Division, l.Document, l.DueDate, o.Ended AS EndDate,
       CAST(strftime('%m', o.Ended / 1000, 'unixepoch') AS INTEGER) AS EndPeriod,
       CAST(strftime('%Y', o.Ended / 1000, 'unixepoch') AS INTEGER) AS EndYear,
       l.Date AS EntryDate, l.EntryID, l.EntryNumber, l.GLAccount, g.Code AS GLAccountCode,
       g.Description AS GLAccountDescription, l.Date AS InvoiceDate, l.InvoiceNumber,
       0 AS IsBatchBooking, o.Cents = 0 AS IsFullyPaid, l.JournalCode AS Journal,
       j.Description AS JournalDescription, o.Paid AS LastPaymentDate, l.Modified, l.Modifier,
       w.FullName AS ModifierFullName, l.OrderNumber, t.PaymentConditionCode AS PaymentCondition,
       p.Description AS PaymentConditionDescription, p.PaymentDays,
       p.DiscountPaymentDays AS PaymentDaysDiscount,
       p.DiscountPercentage AS PaymentDiscountPercentage,
       coalesce(x.PaymentMethod, p.PaymentMethod) AS PaymentMethod, l.PaymentReference,
       coalesce(l.ExchangeRate, 1) AS RateFC, iif(o.Cents = 0, 50, 20) AS Status,
       {sign}o.Invoiced / 100.0 AS TransactionAmountDC, {sign}o.InvoicedFC / 100.0 AS TransactionAmountFC,
       l.DueDate AS TransactionDueDate, l.EntryID AS TransactionEntryID, l.ID AS TransactionID,
       0 AS TransactionIsReversal, l.FinancialPeriod AS TransactionReportingPeriod,
       l.FinancialYear AS TransactionReportingYear, l.Status AS TransactionStatus,
       l.Type AS TransactionType, l.YourRef
FROM temp.OpenItems o
JOIN main.TransactionLines l ON l.rowid = o.Line
LEFT JOIN main.Transactions t ON t.EntryID = l.EntryID
LEFT JOIN main.Accounts a ON a.ID = l.Account
LEFT JOIN main.GLAccounts g ON g.ID = l.GLAccount
LEFT JOIN main.Journals j ON j.Division = l.Division AND j.Code = l.JournalCode
LEFT JOIN main.PaymentConditions p ON p.Division = l.Division AND p.Code = t.PaymentConditionCode
LEFT JOIN main.Users u ON u.UserID = l.Creator
LEFT JOIN main.Users w ON w.UserID = l.Modifier
LEFT JOIN main.LineExtras x ON x.ID = l.ID
WHERE o.Side = {side}

-- RevenueList
SELECT r.Division, r.FinancialYear AS Year, r.FinancialPeriod AS Period,
       -sum(r.Cents) / 100.0 AS Amount
FROM temp.Movements r JOIN main.GLAccounts g ON g.ID = r.GLAccount AND g.Type = 110
GROUP BY r.Division, r.FinancialYear, r.FinancialPeriod

-- ProfitLossOverview
SELECT d.Code AS Division, n.Year AS CurrentYear, n.Period AS CurrentPeriod,
       n.Year - 1 AS PreviousYear, n.Period AS PreviousYearPeriod, d.Currency AS CurrencyCode,
       total(iif(r.FinancialYear = n.Year AND r.Revenue, -r.Cents, 0)) / 100.0 AS RevenueCurrentYear,
       total(iif(r.FinancialYear = n.Year AND NOT r.Revenue, r.Cents, 0)) / 100.0 AS CostsCurrentYear,
       total(iif(r.FinancialYear = n.Year, -r.Cents, 0)) / 100.0 AS ResultCurrentYear,
       total(iif(r.FinancialYear = n.Year - 1 AND r.Revenue, -r.Cents, 0)) / 100.0
       AS RevenuePreviousYear,
       total(iif(r.FinancialYear = n.Year - 1 AND NOT r.Revenue, r.Cents, 0)) / 100.0
       AS CostsPreviousYear,
       total(iif(r.FinancialYear = n.Year - 1, -r.Cents, 0)) / 100.0 AS ResultPreviousYear,
       total(iif(r.FinancialYear = n.Year AND r.FinancialPeriod = n.Period AND r.Revenue,
                 -r.Cents, 0)) / 100.0 AS RevenueCurrentPeriod,
       total(iif(r.FinancialYear = n.Year AND r.FinancialPeriod = n.Period AND NOT r.Revenue,
                 r.Cents, 0)) / 100.0 AS CostsCurrentPeriod,
       total(iif(r.FinancialYear = n.Year AND r.FinancialPeriod = n.Period, -r.Cents, 0)) / 100.0
       AS ResultCurrentPeriod,
       total(iif(r.FinancialYear = n.Year - 1 AND r.FinancialPeriod = n.Period AND r.Revenue,
                 -r.Cents, 0)) / 100.0 AS RevenuePreviousYearPeriod,
       total(iif(r.FinancialYear = n.Year - 1 AND r.FinancialPeriod = n.Period AND NOT r.Revenue,
                 r.Cents, 0)) / 100.0 AS CostsPreviousYearPeriod,
       total(iif(r.FinancialYear = n.Year - 1 AND r.FinancialPeriod = n.Period, -r.Cents, 0))
       / 100.0 AS ResultPreviousYearPeriod
FROM main.SystemDivisions d JOIN temp.Now n
LEFT JOIN (SELECT m.*, g.Type = 110 AS Revenue FROM temp.Movements m
           JOIN main.GLAccounts g ON g.ID = m.GLAccount AND g.BalanceType = 'W'
           WHERE m.Type NOT BETWEEN 310 AND 328) r ON r.Division = d.Code
GROUP BY d.Code

-- JournalStatusList
SELECT j.Division, j.Code AS Journal, j.Description AS JournalDescription, p.FinYear AS Year,
       p.FinPeriod AS Period, j.Type AS JournalType, k.Description AS JournalTypeDescription,
       e.Entries IS NOT NULL AND e.Open = 0 AS Status, s.Description AS StatusDescription
FROM main.Journals j
JOIN main.FinancialPeriods p ON p.Division = j.Division
LEFT JOIN (SELECT t.Division, t.JournalCode, t.FinancialYear, t.FinancialPeriod,
                  count(*) AS Entries, sum(t.Status <> 50) AS Open
           FROM main.Transactions t GROUP BY 1, 2, 3, 4) e
  ON e.Division = j.Division AND e.JournalCode = j.Code AND e.FinancialYear = p.FinYear
 AND e.FinancialPeriod = p.FinPeriod
LEFT JOIN temp.Labels k ON k.List = 'journal_type' AND k.Code = j.Type
LEFT JOIN temp.Labels s ON s.List = 'period_status'
 AND s.Code = (e.Entries IS NOT NULL AND e.Open = 0)

-- OpeningBalanceCurrentYearAfterEntry: back=0, status=20
-- OpeningBalanceCurrentYearProcessed: back=0, status=50
-- OpeningBalancePreviousYearAfterEntry: back=1, status=20
-- OpeningBalancePreviousYearProcessed: back=1, status=50
SELECT r.Division, r.GLAccount, n.Year - {back} AS ReportingYear, sum(r.Cents) / 100.0 AS Amount,
       g.BalanceSide, g.Code AS GLAccountCode, g.Description AS GLAccountDescription
FROM temp.Movements r
JOIN temp.Now n
JOIN main.GLAccounts g ON g.ID = r.GLAccount AND g.BalanceType = 'B'
WHERE r.FinancialYear < n.Year - {back} AND r.Status >= {status}
GROUP BY r.Division, r.GLAccount HAVING sum(r.Cents) <> 0

-- SyncSalesInvoices
SELECT max(h.Timestamp, l.Timestamp) AS Timestamp, h.*, l.ID, l.LineNumber, l.Item, l.ItemCode, l.ItemDescription, l.Quantity, l.NetPrice,
       l.UnitPrice, l.UnitCode, l.UnitDescription, l.GLAccount, l.GLAccountDescription,
       l.VATCode, l.VATCodeDescription, l.VATPercentage, l.CostCenter, l.CostUnit, l.Project,
       l.ProjectDescription, l.SalesOrder, l.SalesOrderLine, l.SalesOrderNumber, l.DeliveryDate
FROM temp.SalesInvoices h JOIN temp.SalesInvoiceLines l ON l.InvoiceID = h.InvoiceID
